namespace CudaNet.Nn;

/// <summary>A cache of keys and values is full, or is used by another model or number of rows than it was made for.</summary>
public sealed class CacheException(string message) : CudaNetException(message);
