namespace CudaNet.Cuda.Cudnn;

/// <summary>Activations (cudnnActivationMode_t).</summary>
public enum CudnnActivationMode
{
    /// <summary>1/(1 + exp(−x)).</summary>
    Sigmoid = 0,

    /// <summary>max(x, 0).</summary>
    Relu = 1,

    /// <summary>tanh(x).</summary>
    Tanh = 2,

    /// <summary>max(x, 0) up to a ceiling.</summary>
    ClippedRelu = 3,

    /// <summary>x, or α·(exp(x) − 1) below 0.</summary>
    Elu = 4,

    /// <summary>x; in fused convolutions only.</summary>
    Identity = 5,

    /// <summary>x/(1 + exp(−β·x)).</summary>
    Swish = 6,
}
