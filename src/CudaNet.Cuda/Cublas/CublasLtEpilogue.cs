namespace CudaNet.Cuda.Cublas;

/// <summary>What follows a product before it is stored (cublasLtEpilogue_t).</summary>
public enum CublasLtEpilogue
{
    /// <summary>Nothing.</summary>
    Default = 1,

    /// <summary>max(x, 0).</summary>
    Relu = 2,

    /// <summary>max(x, 0), and a mask of it for the gradient.</summary>
    ReluAux = 130,

    /// <summary>A vector is added to each column.</summary>
    Bias = 4,

    /// <summary>Bias, then max(x, 0).</summary>
    ReluBias = 6,

    /// <summary>Bias, then max(x, 0), and a mask of it.</summary>
    ReluAuxBias = 134,

    /// <summary>Times the gradient of max(x, 0) by its mask.</summary>
    DRelu = 136,

    /// <summary>The same, and the gradient of the bias.</summary>
    DReluBGrad = 152,

    /// <summary>GELU by its tanh form.</summary>
    Gelu = 32,

    /// <summary>GELU, and its input for the gradient.</summary>
    GeluAux = 160,

    /// <summary>Bias, then GELU.</summary>
    GeluBias = 36,

    /// <summary>Bias, then GELU, and its input.</summary>
    GeluAuxBias = 164,

    /// <summary>Times the gradient of GELU by its input.</summary>
    DGelu = 192,

    /// <summary>The same, and the gradient of the bias.</summary>
    DGeluBGrad = 208,

    /// <summary>The gradient of a bias from A.</summary>
    BGradA = 256,

    /// <summary>The gradient of a bias from B.</summary>
    BGradB = 512,
}
