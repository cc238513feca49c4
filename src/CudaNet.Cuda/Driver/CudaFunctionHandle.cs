namespace CudaNet.Cuda.Driver;

/// <summary>A kernel of a loaded module, by the number that its driver gave it.</summary>
public readonly record struct CudaFunctionHandle(nint Value)
{
    /// <summary>True for the default value.</summary>
    public bool IsNull => Value == 0;
}
