namespace CudaNet.Cuda.Driver;

/// <summary>An event, by the number that its driver gave it.</summary>
public readonly record struct CudaEventHandle(nint Value)
{
    /// <summary>True for the default value.</summary>
    public bool IsNull => Value == 0;
}
