using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>The gradient by the weights: upstream · windowsᵀ, summed over the examples. Each part of the batch has a sum of its
/// own, and these are added in their order: the same result in every run with as many threads.</summary>
internal sealed unsafe class ConvWeightGradKernel<T>(Step step, ConvWeightGrad op) : IStepKernel
    where T : unmanaged, INumberBase<T>
{
    // Up to here scalar products win over a matrix product (measured at 8 and 16 channels out).
    private const long FewRows = 25;

    private readonly ConvShape _shape = new(op.Geometry, step.Inputs[0].Shape, step.Outputs[0].Shape, step.Inputs[1].Shape);

    public void Run(ReadOnlySpan<nint> operands)
    {
        var s = _shape;
        var size = s.O * s.Rows;
        if (size == 0) return;
        var result = (T*)operands[^1];
        if (s.N * s.OutputSize == 0)
        {
            Simd.SimdLoop.Fill(result, T.Zero, (nint)size);
            return;
        }
        var columns = s.TileColumns(sizeof(T));
        var grain = Math.Max(1, 262144 / Math.Max(1, size * s.OutputSize));
        var parts = WorkerPool.PartCount(s.N, grain);
        using var partials = Scratch.Rent((parts - 1) * size * sizeof(T));
        var job = new Job(s, (T*)operands[0], (T*)operands[1], result, (T*)partials.Pointer, columns);
        if (parts < WorkerPool.Threads)
        {
            // Too few examples for all threads: one after the other, each with all threads.
            job.Execute(0, s.N, 0);
            return;
        }
        WorkerPool.ParallelFor(s.N, grain, job);
        for (var part = 1; part < parts; part++)
            Simd.SimdLoop.Binary<T, Simd.AddOperator<T>>(result, (T*)partials.Pointer + (part - 1) * size, result, (nint)size);
    }

    private readonly struct Job(ConvShape s, T* x, T* y, T* result, T* partials, long columns) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var sums = worker == 0 ? result : partials + (worker - 1) * s.O * s.Rows;
            using var scratch = Scratch.Rent(s.IsPointwise ? 0 : s.Rows * columns * sizeof(T));
            for (var n = start; n < end; n++)
                for (long g = 0; g < s.G; g++)
                {
                    var image = n * s.G + g;
                    var source = x + image * s.GroupC * s.InputSize;
                    for (long first = 0; first < s.OutputSize; first += columns)
                    {
                        var last = Math.Min(first + columns, s.OutputSize);
                        T* windows = source + first;
                        var rowStride = (nint)s.InputSize;
                        if (!s.IsPointwise)
                        {
                            windows = (T*)scratch.Pointer;
                            rowStride = (nint)(last - first);
                            Windows.Gather(s, source, first, last, windows);
                        }
                        var upstream = y + image * s.GroupO * s.OutputSize + first;
                        var isFirst = n == start && first == 0;
                        if (s.Rows <= FewRows)
                        {
                            Dots(upstream, windows, rowStride, sums + g * s.GroupO * s.Rows, last - first, isFirst);
                            continue;
                        }
                        // [O, rows] += [O, places] · [rows, places]ᵀ
                        var shape = new GemmShape((int)s.GroupO, (int)s.Rows, (int)(last - first))
                        {
                            ARow = (nint)s.OutputSize,
                            AColumn = 1,
                            BRow = 1,
                            BColumn = rowStride,
                            CRow = (nint)s.Rows,
                        };
                        MatrixProduct.Run(shape, upstream, windows, sums + g * s.GroupO * s.Rows, T.One, isFirst ? T.Zero : T.One, default(NoEpilogue<T>));
                    }
                }
        }

        /// <summary>One scalar product an entry: where there are few, as in the first layer of a network, the product would spend
        /// its time on packing.</summary>
        private void Dots(T* upstream, T* windows, nint rowStride, T* sums, long places, bool isFirst)
        {
            for (long o = 0; o < s.GroupO; o++)
                for (long r = 0; r < s.Rows; r++)
                {
                    var dot = Simd.SimdLoop.Dot(upstream + o * s.OutputSize, windows + r * rowStride, (nint)places);
                    var entry = sums + o * s.Rows + r;
                    *entry = isFirst ? dot : *entry + dot;
                }
        }
    }
}
