namespace CudaNet.Cuda.Cublas;

/// <summary>A wish for the search of algorithms (cublasLtMatmulPreferenceAttributes_t).</summary>
public enum CublasLtPreferenceAttribute
{
    /// <summary>How to search, 32 bits.</summary>
    SearchMode = 0,

    /// <summary>Bytes of workspace, 64 bits.</summary>
    MaxWorkspaceBytes = 1,

    /// <summary>Allowed ways to add split products up, 32 bits.</summary>
    ReductionSchemeMask = 3,

    /// <summary>Alignment of A, 32 bits.</summary>
    MinAlignmentABytes = 5,

    /// <summary>Alignment of B, 32 bits.</summary>
    MinAlignmentBBytes = 6,

    /// <summary>Alignment of C, 32 bits.</summary>
    MinAlignmentCBytes = 7,

    /// <summary>Alignment of D, 32 bits.</summary>
    MinAlignmentDBytes = 8,

    /// <summary>Rounds of blocks, a float.</summary>
    MaxWavesCount = 9,

    /// <summary>Allowed kinds of arithmetic, 64 bits.</summary>
    ImplementationMask = 12,
}
