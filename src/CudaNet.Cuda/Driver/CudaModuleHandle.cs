namespace CudaNet.Cuda.Driver;

/// <summary>A loaded module, by the number that its driver gave it.</summary>
public readonly record struct CudaModuleHandle(nint Value)
{
    /// <summary>True for the default value.</summary>
    public bool IsNull => Value == 0;
}
