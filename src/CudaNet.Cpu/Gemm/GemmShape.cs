namespace CudaNet.Cpu.Gemm;

/// <summary>Sizes and strides of C[b] = α·A[b]·B[b] + β·C[b]; all strides in elements.</summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C.</param>
/// <param name="K">Columns of A, rows of B.</param>
/// <remarks>
/// A and B may have any strides, 0 and negative ones too: a transposed operand is one with its strides exchanged. C has unit
/// column stride and must overlap neither operand. A batch stride of 0 uses one matrix for the whole batch (not for C).
/// </remarks>
internal readonly record struct GemmShape(int M, int N, int K)
{
    /// <summary>Number of products; 1 unless set.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Distance of A[i + 1, k] from A[i, k].</summary>
    public nint ARow { get; init; }

    /// <summary>Distance of A[i, k + 1] from A[i, k].</summary>
    public nint AColumn { get; init; }

    /// <summary>Distance of A of one product to that of the next.</summary>
    public nint ABatch { get; init; }

    /// <summary>Distance of B[k + 1, j] from B[k, j].</summary>
    public nint BRow { get; init; }

    /// <summary>Distance of B[k, j + 1] from B[k, j].</summary>
    public nint BColumn { get; init; }

    /// <summary>Distance of B of one product to that of the next.</summary>
    public nint BBatch { get; init; }

    /// <summary>Distance of C[i + 1, j] from C[i, j]; at least N, at most <see cref="int.MaxValue"/>.</summary>
    public nint CRow { get; init; }

    /// <summary>Distance of C of one product to that of the next.</summary>
    public nint CBatch { get; init; }

    /// <summary>Dense row-major matrices, each following the other within a batch.</summary>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">The summed size.</param>
    /// <param name="transposeA">A is stored [k, m].</param>
    /// <param name="transposeB">B is stored [n, k].</param>
    /// <param name="batch">Number of products.</param>
    public static GemmShape RowMajor(int m, int n, int k, bool transposeA = false, bool transposeB = false, int batch = 1) => new(m, n, k)
    {
        Batch = batch,
        ARow = transposeA ? 1 : k,
        AColumn = transposeA ? m : 1,
        ABatch = (nint)m * k,
        BRow = transposeB ? 1 : n,
        BColumn = transposeB ? k : 1,
        BBatch = (nint)k * n,
        CRow = n,
        CBatch = (nint)m * n,
    };
}
