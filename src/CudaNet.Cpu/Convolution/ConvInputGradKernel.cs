using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>The gradient by the input: windows = weightsᵀ · upstream, added up where they overlap.</summary>
internal sealed unsafe class ConvInputGradKernel<T>(Step step, ConvInputGrad op, PlaneEpilogue? epilogue = null) : IStepKernel
    where T : unmanaged, INumberBase<T>
{
    private readonly ConvShape _shape = new(op.Geometry, step.Outputs[0].Shape, step.Inputs[1].Shape, step.Inputs[0].Shape);

    public void Run(ReadOnlySpan<nint> operands)
    {
        var s = _shape;
        if (s.N * s.C * s.InputSize == 0) return;
        var extras = stackalloc nint[operands.Length];
        operands[2..].CopyTo(new(extras, operands.Length));
        var job = new Job(s, (T*)operands[0], (T*)operands[1], (T*)operands[^1], s.TileColumns(sizeof(T)), epilogue, extras);
        var images = s.N * s.G;
        if (images < WorkerPool.Threads) job.Execute(0, images, 0);
        else WorkerPool.ParallelChunks(images, ConvJobs.Grain(s, s.OutputSize), job);
    }

    private readonly struct Job(ConvShape s, T* y, T* w, T* x, long columns, PlaneEpilogue? epilogue, nint* extras) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(s.IsPointwise ? 0 : s.Rows * columns * sizeof(T));
            for (var image = start; image < end; image++)
            {
                var upstream = y + image * s.GroupO * s.OutputSize;
                var weights = w + image % s.G * s.GroupO * s.Rows;
                var target = x + image * s.GroupC * s.InputSize;
                if (s.IsPointwise) Product(weights, upstream, target, s.OutputSize);
                else Overlap(weights, upstream, target, (T*)scratch.Pointer);
                epilogue?.Apply(extras, image * s.GroupC, (int)s.GroupC, 0, (int)s.InputSize, target, s.InputSize);
            }
        }

        private void Overlap(T* weights, T* upstream, T* target, T* windows)
        {
            Simd.SimdLoop.Fill(target, T.Zero, (nint)(s.GroupC * s.InputSize));
            for (long first = 0; first < s.OutputSize; first += columns)
            {
                var last = Math.Min(first + columns, s.OutputSize);
                Product(weights, upstream + first, windows, last - first);
                Windows.Scatter(s, target, first, last, windows);
            }
        }

        /// <summary>[rows, places] = [O, rows]ᵀ · [O, places].</summary>
        private void Product(T* weights, T* upstream, T* windows, long places)
        {
            var shape = new GemmShape((int)s.Rows, (int)places, (int)s.GroupO)
            {
                ARow = 1,
                AColumn = (nint)s.Rows,
                BRow = (nint)s.OutputSize,
                BColumn = 1,
                CRow = (nint)places,
            };
            MatrixProduct.Run(shape, weights, upstream, windows);
        }
    }
}
