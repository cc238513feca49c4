namespace CudaNet.Cuda.Driver;

/// <summary>A copy of rows.</summary>
/// <param name="Source">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="WidthInBytes">Bytes of a row.</param>
/// <param name="Height">Rows.</param>
public readonly record struct CudaCopy2D(CudaCopyPlace Source, CudaCopyPlace Destination, long WidthInBytes, long Height);
