namespace CudaNet.Cuda.Driver;

/// <summary>A parameter of a kernel, as its PTX declares it.</summary>
/// <param name="Name">Its name; numbered by the compiler unless written by hand.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Size">Bytes that it has.</param>
/// <param name="Type">How the PTX writes it: u64, or b8[24] for a structure.</param>
public readonly record struct KernelParameter(string Name, KernelArgumentKind Kind, int Size, string Type)
{
    /// <summary>True if it takes the argument.</summary>
    public bool Takes(in KernelArgument argument) => argument.Size == Size && (Kind == argument.Kind
        || Kind is KernelArgumentKind.Any or KernelArgumentKind.Structure || argument.Kind is KernelArgumentKind.Any or KernelArgumentKind.Structure);
}
