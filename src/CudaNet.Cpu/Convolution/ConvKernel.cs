using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>A convolution or its gradient by the input. A 1×1 window at stride 1 is a plain matrix product an image.</summary>
/// <remarks>Operands: source (input or upstream), weights, those of the epilogue, result.</remarks>
internal sealed unsafe class ConvKernel<T> : IStepKernel
    where T : unmanaged, INumberBase<T>
{
    private readonly ConvShape _shape;
    private readonly bool _backward;
    private readonly PlaneEpilogue? _epilogue;
    private readonly TapConvolution<T>? _taps;

    public ConvKernel(Step step, PlaneEpilogue? epilogue = null)
    {
        var (source, w, result) = (step.Inputs[0].Shape, step.Inputs[1].Shape, step.Outputs[0].Shape);
        _backward = step.Op is ConvInputGrad;
        _shape = step.Op is ConvInputGrad grad ? new(grad.Geometry, result, w, source) : new(((Conv)step.Op).Geometry, source, w, result);
        _epilogue = epilogue;
        if (!_shape.IsPointwise && !IsEmpty) _taps = new(_shape, _backward, epilogue);
    }

    private bool IsEmpty => _shape.N * (_backward ? _shape.C * _shape.InputSize : _shape.O * _shape.OutputSize) == 0;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var s = _shape;
        if (IsEmpty) return;
        var extras = stackalloc nint[operands.Length];
        operands[2..].CopyTo(new(extras, operands.Length));
        if (_taps is not null)
        {
            _taps.Run((T*)operands[0], (T*)operands[1], (T*)operands[^1], extras);
            return;
        }
        var job = new PointwiseJob(s, _backward, (T*)operands[0], (T*)operands[1], (T*)operands[^1], _epilogue, extras);
        var images = s.N * s.G;
        // Few images: one after the other, each with all threads.
        if (images < WorkerPool.Threads) job.Execute(0, images, 0);
        else WorkerPool.ParallelChunks(images, Math.Max(1, 262144 / Math.Max(1, s.GroupO * s.Rows * s.OutputSize)), job);
    }

    private readonly struct PointwiseJob(ConvShape s, bool backward, T* source, T* w, T* result, PlaneEpilogue? epilogue, nint* extras) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            long rows = backward ? s.GroupC : s.GroupO, depth = backward ? s.GroupO : s.GroupC, places = s.OutputSize;
            // [results, places] = weights · [depth, places]
            var shape = new GemmShape((int)rows, (int)places, (int)depth)
            {
                ARow = backward ? 1 : (nint)depth,
                AColumn = backward ? (nint)rows : 1,
                BRow = (nint)places,
                BColumn = 1,
                CRow = (nint)places,
            };
            for (var image = start; image < end; image++)
            {
                var target = result + image * rows * places;
                MatrixProduct.Run(shape, w + image % s.G * rows * depth, source + image * depth * places, target);
                epilogue?.Apply(extras, image * rows, (int)rows, 0, (int)places, target, places);
            }
        }
    }
}
