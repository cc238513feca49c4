namespace CudaNet.VirtualGpu;

/// <summary>A parameter in the signature of a kernel.</summary>
/// <param name="Name">Its name in the PTX text.</param>
/// <param name="Type">Its PTX type, such as u64, f32, or b8 for a structure.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Offset">Where it lies among the packed parameters.</param>
public readonly record struct KernelParameter(string Name, string Type, int Bytes, int Offset);
