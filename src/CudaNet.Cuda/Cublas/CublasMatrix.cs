using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cublas;

/// <summary>A matrix in device memory, column after column.</summary>
/// <param name="Pointer">Its first value.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="LeadingDimension">Values from one column to the next: its rows, or more.</param>
/// <param name="Stride">Values from one matrix of a batch to the next; 0 to use the same for all.</param>
public readonly record struct CublasMatrix(CudaDevicePointer Pointer, CudaDataType Type, int LeadingDimension, long Stride = 0);
