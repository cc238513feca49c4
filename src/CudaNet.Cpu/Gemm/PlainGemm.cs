using System.Numerics;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Gemm;

/// <summary>The product of integer matrices, with wrapping arithmetic: a row of C is a sum of scaled rows of B.</summary>
internal static unsafe class PlainGemm
{
    private const int BlockDepth = 128;

    /// <summary>C = α·A·B + β·C for one product.</summary>
    public static void Run<T, TEpilogue>(in GemmShape shape, int batch, T* a, T* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        long grain = Math.Max(1, 65536 / Math.Max(1, (long)shape.N * shape.K));
        WorkerPool.ParallelFor(shape.M, grain, new RowsJob<T, TEpilogue>(shape, batch, a, b, c, alpha, beta, epilogue));
    }

    private readonly struct RowsJob<T, TEpilogue>(GemmShape shape, int batch, T* a, T* b, T* c, T alpha, T beta, TEpilogue epilogue) : IRangeJob
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        public void Execute(long start, long end, int worker)
        {
            for (nint row = (nint)start; row < end; row++) GemmScaling.ScaleRow(c + (row * shape.CRow), shape.N, beta);

            // The same rows of B serve all rows of A while they are in cache.
            for (int first = 0; first < shape.K; first += BlockDepth)
            {
                int last = Math.Min(first + BlockDepth, shape.K);
                for (nint row = (nint)start; row < end; row++)
                {
                    T* target = c + (row * shape.CRow);
                    for (int k = first; k < last; k++)
                    {
                        T factor = alpha * a[(row * shape.ARow) + (k * shape.AColumn)];
                        T* source = b + (k * shape.BRow);
                        if (shape.BColumn == 1)
                        {
                            for (int j = 0; j < shape.N; j++) target[j] += factor * source[j];
                        }
                        else
                        {
                            for (int j = 0; j < shape.N; j++) target[j] += factor * source[j * shape.BColumn];
                        }
                    }
                }
            }

            epilogue.Apply(batch, (int)start, 0, c + ((nint)start * shape.CRow), (int)shape.CRow, (int)(end - start), shape.N);
        }
    }
}
