namespace CudaNet.Cuda.Driver;

/// <summary>A stream; the default value is the default stream, by the number that its driver gave it.</summary>
public readonly record struct CudaStreamHandle(nint Value)
{
    /// <summary>True for the default value.</summary>
    public bool IsNull => Value == 0;
}
