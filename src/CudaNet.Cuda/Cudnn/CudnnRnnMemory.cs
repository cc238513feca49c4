using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cudnn;

/// <summary>Memory that a recurrent network works with.</summary>
/// <param name="Weights">All weights and biases.</param>
/// <param name="WeightBytes">Their size.</param>
/// <param name="Workspace">Memory that is free after the call.</param>
/// <param name="WorkspaceBytes">Its size.</param>
/// <param name="Reserve">Memory that the forward pass leaves to the backward pass.</param>
/// <param name="ReserveBytes">Its size.</param>
/// <param name="DeviceLengths">Steps of each sequence, in device memory; version 8 needs it, version 9 ignores it.</param>
public readonly record struct CudnnRnnMemory(CudaDevicePointer Weights, long WeightBytes, CudaDevicePointer Workspace, long WorkspaceBytes,
    CudaDevicePointer Reserve, long ReserveBytes, CudaDevicePointer DeviceLengths);
