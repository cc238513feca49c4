namespace CudaNet.Cuda.Execution;

/// <summary>How a CUDA backend works.</summary>
public sealed record CudaOptions
{
    /// <summary>Wait after each kernel, so that an error is reported by the step that made it (CUDANET_SYNC=1).</summary>
    public bool Synchronous { get; init; }

    /// <summary>Look at indices on the device and raise an error for one out of range; otherwise such accesses are left
    /// out silently (CUDANET_UNCHECKED=1). A plan with indexing waits for its end when this is on.</summary>
    public bool CheckIndices { get; init; } = true;

    /// <summary>Record a plan from its third run on and replay it (CUDANET_GRAPHS=0 turns it off).</summary>
    public bool ReplayPlans { get; init; } = true;

    /// <summary>Multiply Float32 matrices on tensor cores in tf32: 10 bits of mantissa, several times the speed (CUDANET_TF32=1).</summary>
    public bool AllowTf32 { get; init; }

    /// <summary>Convolve Float32 with windows of 3 × 3 by Winograd's method where there are many channels: 4/9 of the multiplications,
    /// errors up to three times as large, and memory for the transformed values (CUDANET_WINOGRAD=1).</summary>
    public bool AllowWinograd { get; init; }

    /// <summary>Who multiplies matrices on a card with cuBLAS (CUDANET_GEMM=own or cublas; the faster one otherwise).</summary>
    public LibraryChoice Products { get; init; }

    /// <summary>Who convolves on a card with cuDNN (CUDANET_CONV=own or cudnn; the faster one otherwise).</summary>
    public LibraryChoice Convolutions { get; init; }

    /// <summary>The options that the environment asks for.</summary>
    /// <exception cref="DeviceException">A variable has a value that is not known.</exception>
    public static CudaOptions FromEnvironment() => new()
    {
        Synchronous = IsSet("CUDANET_SYNC"),
        CheckIndices = !IsSet("CUDANET_UNCHECKED"),
        ReplayPlans = Environment.GetEnvironmentVariable("CUDANET_GRAPHS") != "0",
        AllowTf32 = IsSet("CUDANET_TF32"),
        Products = Choice("CUDANET_GEMM", "cublas"),
        Convolutions = Choice("CUDANET_CONV", "cudnn"),
        AllowWinograd = IsSet("CUDANET_WINOGRAD"),
    };

    private static LibraryChoice Choice(string variable, string library) => Environment.GetEnvironmentVariable(variable) switch
    {
        null or "" => LibraryChoice.Fastest,
        "own" => LibraryChoice.Own,
        var value when value == library => LibraryChoice.Library,
        var value => throw new DeviceException($"{variable} is '{value}'. Known are own and {library}."),
    };

    private static bool IsSet(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value && value != "0";
}
