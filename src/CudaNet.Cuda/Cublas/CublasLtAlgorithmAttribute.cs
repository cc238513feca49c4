namespace CudaNet.Cuda.Cublas;

/// <summary>A setting of an algorithm (cublasLtMatmulAlgoConfigAttributes_t).</summary>
public enum CublasLtAlgorithmAttribute
{
    /// <summary>Its number, 32 bits.</summary>
    Id = 0,

    /// <summary>The number of its tile, 32 bits.</summary>
    TileId = 1,

    /// <summary>Parts that the sum is split into, 32 bits.</summary>
    SplitK = 2,

    /// <summary>How the parts are added up, 32 bits.</summary>
    ReductionScheme = 3,

    /// <summary>In which order blocks run, 32 bits.</summary>
    CtaSwizzling = 4,

    /// <summary>A setting of its own, 32 bits.</summary>
    CustomOption = 5,

    /// <summary>The number of its pipeline, 32 bits.</summary>
    StagesId = 6,

    /// <summary>The number of its tensor core shape, 16 bits.</summary>
    InnerShapeId = 7,

    /// <summary>The number of its cluster, 16 bits.</summary>
    ClusterShapeId = 8,
}
