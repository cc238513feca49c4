namespace CudaNet.Cuda.Cudnn;

/// <summary>Kinds of pooling (cudnnPoolingMode_t).</summary>
public enum CudnnPoolingMode
{
    /// <summary>The greatest.</summary>
    Max = 0,

    /// <summary>The mean, padding counted.</summary>
    AverageIncludePadding = 1,

    /// <summary>The mean, padding not counted.</summary>
    AverageExcludePadding = 2,

    /// <summary>The greatest, with a repeatable gradient.</summary>
    MaxDeterministic = 3,
}
