namespace CudaNet.Cuda.Cublas;

/// <summary>A property of a product (cublasLtMatmulDescAttributes_t).</summary>
public enum CublasLtMatmulAttribute
{
    /// <summary>A <see cref="CublasComputeType"/>.</summary>
    ComputeType = 0,

    /// <summary>A <see cref="CudaDataType"/>: the type of the scalars.</summary>
    ScaleType = 1,

    /// <summary>A <see cref="CublasLtPointerMode"/>.</summary>
    PointerMode = 2,

    /// <summary>A <see cref="CublasOperation"/>.</summary>
    TransA = 3,

    /// <summary>A <see cref="CublasOperation"/>.</summary>
    TransB = 4,

    /// <summary>A <see cref="CublasOperation"/>.</summary>
    TransC = 5,

    /// <summary>A <see cref="CublasFillMode"/>.</summary>
    FillMode = 6,

    /// <summary>A <see cref="CublasLtEpilogue"/>.</summary>
    Epilogue = 7,

    /// <summary>The address of the bias or of its gradient, on the device.</summary>
    BiasPointer = 8,

    /// <summary>Values from one bias to the next, 64 bits.</summary>
    BiasBatchStride = 10,

    /// <summary>The address of the mask or of the input of the activation.</summary>
    EpilogueAuxPointer = 11,

    /// <summary>Its leading dimension, 64 bits.</summary>
    EpilogueAuxLd = 12,

    /// <summary>Values from one to the next, 64 bits.</summary>
    EpilogueAuxBatchStride = 13,

    /// <summary>Values from one scalar vector to the next, 64 bits.</summary>
    AlphaVectorBatchStride = 14,

    /// <summary>Multiprocessors that the product may use.</summary>
    SmCountTarget = 15,

    /// <summary>The address of A's scale.</summary>
    AScalePointer = 17,

    /// <summary>The address of B's scale.</summary>
    BScalePointer = 18,

    /// <summary>The address of C's scale.</summary>
    CScalePointer = 19,

    /// <summary>The address of D's scale.</summary>
    DScalePointer = 20,

    /// <summary>Where the greatest magnitude of D goes.</summary>
    AmaxDPointer = 21,

    /// <summary>A <see cref="CudaDataType"/>.</summary>
    EpilogueAuxDataType = 22,

    /// <summary>The address of its scale.</summary>
    EpilogueAuxScalePointer = 23,

    /// <summary>Where its greatest magnitude goes.</summary>
    EpilogueAuxAmaxPointer = 24,

    /// <summary>1 to add 8-bit products in less precision.</summary>
    FastAccumulation = 25,

    /// <summary>A <see cref="CudaDataType"/>.</summary>
    BiasDataType = 26,
}
