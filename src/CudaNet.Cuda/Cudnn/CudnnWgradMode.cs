namespace CudaNet.Cuda.Cudnn;

/// <summary>What becomes of earlier weight gradients (cudnnWgradMode_t).</summary>
public enum CudnnWgradMode
{
    /// <summary>The new ones are added.</summary>
    Add = 0,

    /// <summary>They are replaced.</summary>
    Set = 1,
}
