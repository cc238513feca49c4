using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>What a buffer of a sample holds before the launch.</summary>
public enum SampleFill
{
    /// <summary>Numbers in −1…1, or for integers 0 and 1.</summary>
    Random,

    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>0, 1, 2, …, modulo <see cref="SampleBuffer.Bound"/>.</summary>
    Indices,

    /// <summary>Nothing: the kernel writes it.</summary>
    Unwritten,
}

/// <summary>Device memory that a sample needs.</summary>
/// <param name="Type">Element type as kernels name it: f32, f16, bf16, f64, i32, i64, u8.</param>
/// <param name="Count">Elements.</param>
/// <param name="Fill">What it holds.</param>
/// <param name="Bound">For <see cref="SampleFill.Indices"/>: one more than the largest.</param>
public readonly record struct SampleBuffer(string Type, long Count, SampleFill Fill = SampleFill.Random, long Bound = 1)
{
    /// <summary>Bytes.</summary>
    public long Bytes => Count * KernelTypes.SizeOf(Type);
}

/// <summary>A launch of typical size by which a kernel is characterised: its counters are printed by <c>cudanet kernels</c> and
/// held to limits by the tests.</summary>
/// <param name="Launch">Kernel and geometry.</param>
/// <param name="Buffers">Memory.</param>
/// <param name="Arguments">Makes the kernel's arguments from the buffers' addresses.</param>
public sealed record KernelSample(KernelLaunch Launch, IReadOnlyList<SampleBuffer> Buffers, Func<IReadOnlyList<CudaDevicePointer>, KernelArgument[]> Arguments)
{
    /// <summary>Bytes that the kernel has to move at least: each input read once and each output written once; 0 where not stated.</summary>
    public long MinimalBytes { get; init; }

    /// <summary>Floating-point operations that the formula needs; 0 where not stated.</summary>
    public long MinimalFlops { get; init; }
}
