namespace CudaNet.Cuda.Cublas;

/// <summary>How exact products are (cublasMath_t).</summary>
[Flags]
public enum CublasMath
{
    /// <summary>The fastest that keeps the type's precision.</summary>
    Default = 0,

    /// <summary>Tensor cores wherever they are; deprecated, the default does so.</summary>
    TensorOp = 1,

    /// <summary>As written, and repeatable.</summary>
    Pedantic = 2,

    /// <summary>Single precision is rounded to TF32 for tensor cores.</summary>
    Tf32TensorOp = 3,

    /// <summary>Sums are kept in the precision of the computation.</summary>
    DisallowReducedPrecisionReduction = 16,
}
