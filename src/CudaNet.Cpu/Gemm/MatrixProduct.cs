using System.Numerics;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Gemm;

/// <summary>Matrix products C[b] = α·A[b]·B[b] + β·C[b] over raw memory.</summary>
/// <remarks>
/// <para>Types: float and double; integers (wrapping); and operands of Half, bfloat16 or <see cref="BiasedByte"/> with a float result and float sums.</para>
/// <para>β = 0 never reads C. K = 0 gives β·C. An empty C is left alone. The epilogue sees each element of C once, complete.</para>
/// <para>Results do not depend on the number of threads. NaN and ∞ propagate as in the plain triple loop.</para>
/// <para>Whatever is small runs on the calling thread; a batch of small products is spread over threads product by product.</para>
/// </remarks>
internal static unsafe class MatrixProduct
{
    // A product of this many multiplications keeps all threads busy by itself.
    private const long LargeProduct = 256L * 256 * 256;

    /// <summary>C = A·B.</summary>
    public static void Run<T>(in GemmShape shape, T* a, T* b, T* c)
        where T : unmanaged, INumberBase<T> => Run(shape, a, b, c, T.One, T.Zero, default(NoEpilogue<T>));

    /// <summary>C = α·A·B + β·C, then the epilogue.</summary>
    /// <param name="shape">Sizes and strides.</param>
    /// <param name="a">A[0, 0] of the first product.</param>
    /// <param name="b">B[0, 0] of the first product.</param>
    /// <param name="c">C[0, 0] of the first product; overlaps neither operand.</param>
    /// <param name="alpha">Factor of the product; 0 reads neither A nor B.</param>
    /// <param name="beta">Factor of C; 0 does not read C.</param>
    /// <param name="epilogue">Applied to each finished part of C.</param>
    public static void Run<T, TEpilogue>(in GemmShape shape, T* a, T* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T> => RunMixed<T, T, T, TEpilogue>(shape, a, b, c, alpha, beta, epilogue);

    /// <summary>C = α·A·B + β·C with operands of other types than C, then the epilogue.</summary>
    /// <typeparam name="TA">T, or for T = float also Half, ushort for the bits of a bfloat16, or <see cref="BiasedByte"/>.</typeparam>
    /// <typeparam name="TB">As TA, independently of it.</typeparam>
    /// <typeparam name="T">Type of C, of the factors and of the sums.</typeparam>
    /// <typeparam name="TEpilogue">What happens to finished parts of C; <see cref="NoEpilogue{T}"/> for nothing.</typeparam>
    /// <inheritdoc cref="Run{T, TEpilogue}"/>
    public static void RunMixed<TA, TB, T, TEpilogue>(in GemmShape shape, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        Check<TA, TB, T>(shape);
        if (shape.M == 0 || shape.N == 0 || shape.Batch == 0) return;
        if (shape.Batch == 1)
        {
            Single(shape, 0, a, b, c, alpha, beta, epilogue);
            return;
        }

        if (typeof(TEpilogue) == typeof(NoEpilogue<T>) && shape.BBatch == 0
            && shape.ABatch == shape.M * shape.ARow && shape.CBatch == shape.M * shape.CRow && (long)shape.M * shape.Batch <= int.MaxValue)
        {
            // One B for all, and rows that follow each other across the batch: a single tall product.
            Single(shape with { M = shape.M * shape.Batch, Batch = 1 }, 0, a, b, c, alpha, beta, epilogue);
            return;
        }

        long work = Math.Max(1, (long)shape.M * shape.N * shape.K);
        var job = new BatchJob<TA, TB, T, TEpilogue>(shape, a, b, c, alpha, beta, epilogue);
        if (work >= LargeProduct) job.Execute(0, shape.Batch, 0);
        else WorkerPool.ParallelChunks(shape.Batch, Math.Max(1, 65536 / work), job);
    }

    private static void Single<TA, TB, T, TEpilogue>(in GemmShape shape, int batch, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        if (shape.K == 0 || T.IsZero(alpha)) GemmScaling.Run(shape, batch, c, beta, epilogue);
        else if (typeof(T) == typeof(float) || typeof(T) == typeof(double)) Floating(shape, batch, a, b, c, alpha, beta, epilogue);
        else PlainGemm.Run(shape, batch, (T*)a, (T*)b, c, alpha, beta, epilogue);
    }

    private static void Floating<TA, TB, T, TEpilogue>(in GemmShape shape, int batch, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        if (Vector512.IsHardwareAccelerated)
            Wide<TA, TB, T, TEpilogue, Simd512<T>, MicroKernel12<Simd512<T>, T>>(shape, batch, a, b, c, alpha, beta, epilogue);
        else if (Vector256.IsHardwareAccelerated)
            Wide<TA, TB, T, TEpilogue, Simd256<T>, MicroKernel6<Simd256<T>, T>>(shape, batch, a, b, c, alpha, beta, epilogue);
        else
            Wide<TA, TB, T, TEpilogue, Simd128<T>, MicroKernel6<Simd128<T>, T>>(shape, batch, a, b, c, alpha, beta, epilogue);
    }

    private static void Wide<TA, TB, T, TEpilogue, V, TKernel>(in GemmShape shape, int batch, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
        where V : unmanaged, ISimd<V, T>
        where TKernel : struct, IMicroKernel<T>
    {
        if (SkinnyGemm.Takes(shape)) SkinnyGemm.Run<V, TA, TB, T, TEpilogue>(shape, batch, a, b, c, alpha, beta, epilogue);
        else PackedGemm.Run<TA, TB, T, TEpilogue, TKernel>(shape, batch, a, b, c, alpha, beta, epilogue);
    }

    private static void Check<TA, TB, T>(in GemmShape shape)
    {
        if (shape.M < 0 || shape.N < 0 || shape.K < 0 || shape.Batch < 0)
            throw new ArgumentException($"Gemm: sizes must not be negative: M {shape.M}, N {shape.N}, K {shape.K}, batch {shape.Batch}.");
        if (shape.M > 1 && (shape.CRow < shape.N || shape.CRow > int.MaxValue))
            throw new ArgumentException($"Gemm: the row stride of C must be in [N, 2³¹): it is {shape.CRow} for N = {shape.N}.");
        if (!IsOperand<TA, T>() || !IsOperand<TB, T>())
            throw new NotSupportedException($"Gemm: no product of {typeof(TA).Name} and {typeof(TB).Name} to {typeof(T).Name}; operands are of the result's type, or Half, ushort (bfloat16) or BiasedByte for float.");
    }

    private static bool IsOperand<TSource, T>() => typeof(TSource) == typeof(T)
        || (typeof(T) == typeof(float) && (typeof(TSource) == typeof(Half) || typeof(TSource) == typeof(ushort) || typeof(TSource) == typeof(BiasedByte)));

    private readonly struct BatchJob<TA, TB, T, TEpilogue>(GemmShape shape, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue) : IRangeJob
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        public void Execute(long start, long end, int worker)
        {
            for (nint i = (nint)start; i < end; i++)
                Single(shape, (int)i, a + (i * shape.ABatch), b + (i * shape.BBatch), c + (i * shape.CBatch), alpha, beta, epilogue);
        }
    }
}
