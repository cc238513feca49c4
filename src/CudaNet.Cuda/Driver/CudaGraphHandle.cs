namespace CudaNet.Cuda.Driver;

/// <summary>A graph that can be launched, by the number that its driver gave it.</summary>
public readonly record struct CudaGraphHandle(nint Value)
{
    /// <summary>True for the default value.</summary>
    public bool IsNull => Value == 0;
}
