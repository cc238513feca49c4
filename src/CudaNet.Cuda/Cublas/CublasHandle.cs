using System.Runtime.CompilerServices;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>cuBLAS in the current context. Matrices lie column after column; scalars are on the host. One thread at a time.</summary>
public sealed unsafe partial class CublasHandle : IDisposable
{
    private readonly Handle _handle;

    /// <summary>Starts the library, which takes a while.</summary>
    /// <exception cref="CudaLibraryException">It is not installed.</exception>
    /// <exception cref="CublasException">There is no device.</exception>
    public CublasHandle() => _handle = new();

    /// <summary>The version of the library; raises no more than that it is not installed.</summary>
    public static Version LibraryVersion => new(Property(0), Property(1), Property(2));

    /// <summary>The stream of all further calls; null for the default one.</summary>
    public void SetStream(CudaStream? stream)
    {
        using var handle = _handle.Use();
        using var queue = CudaStream.Use(stream);
        CublasApi.cublasSetStream_v2(handle, queue).Check();
    }

    /// <summary>The same by the number of the stream.</summary>
    public void SetStream(CudaStreamHandle stream)
    {
        using var handle = _handle.Use();
        CublasApi.cublasSetStream_v2(handle, stream.Value).Check();
    }

    /// <summary>Memory for intermediate results instead of the library's own, for graphs and for repeatable results.</summary>
    public void SetWorkspace(CudaDevicePointer workspace, long bytes)
    {
        using var handle = _handle.Use();
        CublasApi.cublasSetWorkspace_v2(handle, workspace.Value, (nuint)bytes).Check();
    }

    /// <summary>How exact products are.</summary>
    public CublasMath MathMode
    {
        get
        {
            using var handle = _handle.Use();
            CublasMath mode;
            CublasApi.cublasGetMathMode(handle, &mode).Check();
            return mode;
        }
        set
        {
            using var handle = _handle.Use();
            CublasApi.cublasSetMathMode(handle, value).Check();
        }
    }

    /// <summary>True if results may depend on the order in which blocks end.</summary>
    public bool AtomicsAllowed
    {
        get
        {
            using var handle = _handle.Use();
            int allowed;
            CublasApi.cublasGetAtomicsMode(handle, &allowed).Check();
            return allowed != 0;
        }
        set
        {
            using var handle = _handle.Use();
            CublasApi.cublasSetAtomicsMode(handle, value ? 1 : 0).Check();
        }
    }

    /// <summary>C = α·op(A)·op(B) + β·C, for float, double and Half.</summary>
    /// <param name="transA">op of A.</param>
    /// <param name="transB">op of B.</param>
    /// <param name="m">Rows of op(A) and C.</param>
    /// <param name="n">Columns of op(B) and C.</param>
    /// <param name="k">Columns of op(A), rows of op(B).</param>
    /// <param name="alpha">α.</param>
    /// <param name="a">A.</param>
    /// <param name="lda">Values from one column of A to the next.</param>
    /// <param name="b">B.</param>
    /// <param name="ldb">Values from one column of B to the next.</param>
    /// <param name="beta">β; C is not read if it is 0.</param>
    /// <param name="c">C.</param>
    /// <param name="ldc">Values from one column of C to the next.</param>
    public void Gemm<T>(CublasOperation transA, CublasOperation transB, int m, int n, int k, T alpha, CudaDevicePointer a, int lda, CudaDevicePointer b, int ldb, T beta, CudaDevicePointer c, int ldc)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float))
            CublasApi.cublasSgemm_v2(handle, transA, transB, m, n, k, (float*)&alpha, a.Value, lda, b.Value, ldb, (float*)&beta, c.Value, ldc).Check();
        else if (typeof(T) == typeof(double))
            CublasApi.cublasDgemm_v2(handle, transA, transB, m, n, k, (double*)&alpha, a.Value, lda, b.Value, ldb, (double*)&beta, c.Value, ldc).Check();
        else if (typeof(T) == typeof(Half))
            CublasApi.cublasHgemm(handle, transA, transB, m, n, k, (Half*)&alpha, a.Value, lda, b.Value, ldb, (Half*)&beta, c.Value, ldc).Check();
        else
            throw NotFor<T>();
    }

    /// <summary>C = α·op(A)·op(B) + β·C with a type for each matrix.</summary>
    public void GemmEx(CublasOperation transA, CublasOperation transB, int m, int n, int k, double alpha, CublasMatrix a, CublasMatrix b, double beta, CublasMatrix c,
        CublasComputeType compute = CublasComputeType.F32, CublasAlgorithm algorithm = CublasAlgorithm.Default)
    {
        using var handle = _handle.Use();
        Scalar x = new(alpha, compute), y = new(beta, compute);
        CublasApi.cublasGemmEx(handle, transA, transB, m, n, k, &x, a.Pointer.Value, a.Type, a.LeadingDimension, b.Pointer.Value, b.Type, b.LeadingDimension,
            &y, c.Pointer.Value, c.Type, c.LeadingDimension, compute, algorithm).Check();
    }

    /// <summary>The same for a batch of matrices at equal distances.</summary>
    public void GemmStridedBatchedEx(CublasOperation transA, CublasOperation transB, int m, int n, int k, double alpha, CublasMatrix a, CublasMatrix b, double beta, CublasMatrix c, int batch,
        CublasComputeType compute = CublasComputeType.F32, CublasAlgorithm algorithm = CublasAlgorithm.Default)
    {
        using var handle = _handle.Use();
        Scalar x = new(alpha, compute), y = new(beta, compute);
        CublasApi.cublasGemmStridedBatchedEx(handle, transA, transB, m, n, k, &x, a.Pointer.Value, a.Type, a.LeadingDimension, a.Stride,
            b.Pointer.Value, b.Type, b.LeadingDimension, b.Stride, &y, c.Pointer.Value, c.Type, c.LeadingDimension, c.Stride, batch, compute, algorithm).Check();
    }

    /// <summary>The same for a batch whose matrices lie anywhere: the pointers point to arrays of pointers in device memory.</summary>
    public void GemmBatchedEx(CublasOperation transA, CublasOperation transB, int m, int n, int k, double alpha, CublasMatrix a, CublasMatrix b, double beta, CublasMatrix c, int batch,
        CublasComputeType compute = CublasComputeType.F32, CublasAlgorithm algorithm = CublasAlgorithm.Default)
    {
        using var handle = _handle.Use();
        Scalar x = new(alpha, compute), y = new(beta, compute);
        CublasApi.cublasGemmBatchedEx(handle, transA, transB, m, n, k, &x, a.Pointer.Value, a.Type, a.LeadingDimension, b.Pointer.Value, b.Type, b.LeadingDimension,
            &y, c.Pointer.Value, c.Type, c.LeadingDimension, batch, compute, algorithm).Check();
    }

    /// <summary>Lets the library go.</summary>
    public void Dispose() => _handle.Dispose();

    private static int Property(int which)
    {
        int value;
        CublasApi.cublasGetProperty(which, &value).Check();
        return value;
    }

    private static NotSupportedException NotFor<T>([CallerMemberName] string what = "") => new($"{what}: cuBLAS has it for float and double, not for {typeof(T).Name}.");

    private sealed class Handle : NativeHandle
    {
        public Handle()
        {
            nint handle;
            CublasApi.cublasCreate_v2(&handle).Check();
            Own(handle);
        }

        protected override bool ReleaseHandle() => CublasApi.cublasDestroy_v2(handle) == CublasStatus.Success;
    }

    /// <summary>A scalar in the type that goes with the precision of the computation.</summary>
    internal readonly struct Scalar
    {
        private readonly long _bits;

        public Scalar(double value, CublasComputeType compute) => _bits = compute switch
        {
            CublasComputeType.F16 or CublasComputeType.F16Pedantic => BitConverter.HalfToUInt16Bits((Half)value),
            CublasComputeType.F64 or CublasComputeType.F64Pedantic => BitConverter.DoubleToInt64Bits(value),
            CublasComputeType.I32 or CublasComputeType.I32Pedantic => (uint)(int)value,
            _ => BitConverter.SingleToUInt32Bits((float)value),
        };
    }
}
