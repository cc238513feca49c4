namespace CudaNet.Cuda.Kernels;

/// <summary>A file of kernels: its specialisations that are compiled ahead, and the samples that characterise its kernels.</summary>
/// <param name="Source">The file in <c>kernels/</c>, without its ending.</param>
/// <param name="Description">What it computes, in a line.</param>
/// <param name="Ahead">The specialisations whose PTX is embedded.</param>
/// <param name="Samples">At least one for each kernel.</param>
public sealed record KernelFamily(string Source, string Description, IReadOnlyList<KernelSpec> Ahead, IReadOnlyList<KernelSample> Samples);
