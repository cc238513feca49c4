namespace CudaNet.Cuda.Driver;

/// <summary>A copy of layers of rows.</summary>
/// <param name="Source">From where.</param>
/// <param name="Destination">To where.</param>
/// <param name="WidthInBytes">Bytes of a row.</param>
/// <param name="Height">Rows of a layer.</param>
/// <param name="Depth">Layers.</param>
public readonly record struct CudaCopy3D(CudaCopyPlace Source, CudaCopyPlace Destination, long WidthInBytes, long Height, long Depth);
