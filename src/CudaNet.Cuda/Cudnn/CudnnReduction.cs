namespace CudaNet.Cuda.Cudnn;

/// <summary>Reductions (cudnnReduceTensorOp_t).</summary>
public enum CudnnReduction
{
    /// <summary>The sum.</summary>
    Add = 0,

    /// <summary>The product.</summary>
    Mul = 1,

    /// <summary>The least.</summary>
    Min = 2,

    /// <summary>The greatest.</summary>
    Max = 3,

    /// <summary>The greatest magnitude.</summary>
    AMax = 4,

    /// <summary>The mean.</summary>
    Average = 5,

    /// <summary>The sum of magnitudes.</summary>
    Norm1 = 6,

    /// <summary>The Euclidean norm.</summary>
    Norm2 = 7,

    /// <summary>The product without zeros.</summary>
    MulNoZeros = 8,
}
