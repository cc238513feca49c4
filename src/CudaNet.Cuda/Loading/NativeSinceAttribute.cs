namespace CudaNet.Cuda.Loading;

/// <summary>Marks a native entry point that not every supported version has; its callers ask for it by
/// <see cref="CudaNativeLibrary.Demand"/> first.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeSinceAttribute(string since) : Attribute
{
    /// <summary>Where it is: "CUDA 11.8 and later", "cuDNN 8 only".</summary>
    public string Since => since;
}
