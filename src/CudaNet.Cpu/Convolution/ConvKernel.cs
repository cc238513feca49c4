using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>The convolution as a product of the weights with the matrix of windows, tile by tile.</summary>
internal sealed unsafe class ConvKernel<T>(Step step, Conv op, PlaneEpilogue? epilogue = null) : IStepKernel
    where T : unmanaged, INumberBase<T>
{
    private readonly ConvShape _shape = new(op.Geometry, step.Inputs[0].Shape, step.Inputs[1].Shape, step.Outputs[0].Shape);

    public void Run(ReadOnlySpan<nint> operands)
    {
        var s = _shape;
        if (s.N * s.O * s.OutputSize == 0) return;
        var extras = stackalloc nint[operands.Length];
        operands[2..].CopyTo(new(extras, operands.Length));
        var job = new Job(s, (T*)operands[0], (T*)operands[1], (T*)operands[^1], s.TileColumns(sizeof(T)), epilogue, extras);
        // Few large pieces: one after the other, each with all threads.
        if (job.Pieces < WorkerPool.Threads) job.Execute(0, job.Pieces, 0);
        else WorkerPool.ParallelChunks(job.Pieces, ConvJobs.Grain(s, job.Columns), job);
    }

    private readonly struct Job(ConvShape s, T* x, T* w, T* y, long columns, PlaneEpilogue? epilogue, nint* extras) : IRangeJob
    {
        public long Columns => columns;

        private long Tiles => (s.OutputSize + columns - 1) / columns;

        public long Pieces => s.N * s.G * Tiles;

        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(s.IsPointwise ? 0 : s.Rows * columns * sizeof(T));
            for (var piece = start; piece < end; piece++)
            {
                var (image, tile) = (piece / Tiles, piece % Tiles); // image: example and group
                var (first, last) = (tile * columns, Math.Min((tile + 1) * columns, s.OutputSize));
                var group = image % s.G;
                var source = x + image * s.GroupC * s.InputSize;
                T* windows = source + first;
                nint rowStride = (nint)s.InputSize;
                if (!s.IsPointwise)
                {
                    windows = (T*)scratch.Pointer;
                    rowStride = (nint)(last - first);
                    Windows.Gather(s, source, first, last, windows);
                }
                // [O, places] = [O, rows] · [rows, places]
                var shape = new GemmShape((int)s.GroupO, (int)(last - first), (int)s.Rows)
                {
                    ARow = (nint)s.Rows,
                    AColumn = 1,
                    BRow = rowStride,
                    BColumn = 1,
                    CRow = (nint)s.OutputSize,
                };
                var target = y + image * s.GroupO * s.OutputSize + first;
                MatrixProduct.Run(shape, w + group * s.GroupO * s.Rows, windows, target);
                epilogue?.Apply(extras, image * s.GroupO, (int)s.GroupO, first, (int)(last - first), target, s.OutputSize);
            }
        }
    }
}

/// <summary>How convolution work is cut.</summary>
internal static class ConvJobs
{
    /// <summary>Pieces that are worth handing to a thread together.</summary>
    public static long Grain(ConvShape shape, long columns)
    {
        var work = shape.GroupO * shape.Rows * Math.Min(columns, shape.OutputSize);
        return Math.Max(1, 262144 / Math.Max(1, work));
    }
}
