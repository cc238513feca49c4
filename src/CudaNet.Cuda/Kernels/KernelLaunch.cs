using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Which kernel, and in which geometry.</summary>
/// <param name="Spec">The specialisation.</param>
/// <param name="Entry">The kernel's name in it.</param>
/// <param name="Grid">Blocks.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
public readonly record struct KernelLaunch(KernelSpec Spec, string Entry, Dim3 Grid, Dim3 Block, int SharedBytes = 0);
