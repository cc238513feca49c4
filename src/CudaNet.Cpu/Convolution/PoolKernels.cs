using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.Convolution;

/// <summary>A pooling kernel: images (channels of examples) in parallel, plain loops within.</summary>
internal abstract unsafe class PoolKernel(ConvShape shape, Integers counted) : IStepKernel
{
    protected ConvShape Shape => shape;

    protected PoolAxis D { get; } = new(shape.Output.D, shape.Stride.D, shape.Low.D, shape.Kernel.D, shape.Dilation.D, shape.Input.D, Reach(counted, 0));

    protected PoolAxis H { get; } = new(shape.Output.H, shape.Stride.H, shape.Low.H, shape.Kernel.H, shape.Dilation.H, shape.Input.H, Reach(counted, 1));

    protected PoolAxis W { get; } = new(shape.Output.W, shape.Stride.W, shape.Low.W, shape.Kernel.W, shape.Dilation.W, shape.Input.W, Reach(counted, 2));

    public void Run(ReadOnlySpan<nint> operands)
    {
        fixed (nint* pointers = operands)
            WorkerPool.ParallelFor(shape.N * shape.C, Math.Max(1, 32768 / Math.Max(1, shape.OutputSize * shape.KernelSize)), new Job(this, pointers));
    }

    /// <summary>Works on one image.</summary>
    protected abstract void Image(nint* operands, long index);

    /// <summary>How far behind the input the border counts in a mean; −1 where it does not count.</summary>
    private static long Reach(Integers counted, int axis) => axis < 3 - counted.Count ? 0 : counted[axis - (3 - counted.Count)];

    private readonly struct Job(PoolKernel kernel, nint* operands) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            for (var image = start; image < end; image++) kernel.Image(operands, image);
        }
    }
}

/// <summary>Maximum over windows, or its gradient: the place of the first maximum is found again from the input.</summary>
/// <remarks>Operands: x, y; for the gradient x, upstream, result.</remarks>
internal sealed unsafe class MaxPoolKernel<T>(ConvShape shape, bool gradient) : PoolKernel(shape, Integers.Repeat(-1, 3))
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Whole windows of 2×2 at stride 2, at least a vector of 128 bits a row.
    private readonly bool _isPairs = (shape.Kernel, shape.Stride.H, shape.Stride.W, shape.Dilation) == ((1, 2, 2), 2, 2, (1, 1, 1))
        && (shape.Stride.D, shape.Input.D, shape.Low) == (1, shape.Output.D, (0, 0, 0))
        && 2 * shape.Output.H <= shape.Input.H && 2 * shape.Output.W <= shape.Input.W && shape.Output.W >= Vector128<T>.Count;

    protected override void Image(nint* operands, long index)
    {
        T* source = (T*)operands[0] + index * Shape.InputSize, places = (T*)operands[1] + index * Shape.OutputSize;
        var back = gradient ? (T*)operands[2] + index * Shape.InputSize : null;
        if (gradient && !(_isPairs && Shape.InputSize == 4 * Shape.OutputSize)) SimdLoop.Fill(back, T.Zero, (nint)Shape.InputSize);
        if (!_isPairs) Windows(source, places, back);
        else if (Vector512.IsHardwareAccelerated && Shape.Output.W >= Vector512<T>.Count) Pairs<Simd512<T>>(source, places, back);
        else if (Vector256.IsHardwareAccelerated && Shape.Output.W >= Vector256<T>.Count) Pairs<Simd256<T>>(source, places, back);
        else Pairs<Simd128<T>>(source, places, back);
    }

    [MethodImpl(Jit.Hot)]
    private void Pairs<V>(T* source, T* places, T* back)
        where V : unmanaged, ISimd<V, T>
    {
        nint width = (nint)Shape.Input.W, count = (nint)Shape.Output.W;
        for (long d = 0; d < Shape.Output.D; d++)
            for (long h = 0; h < Shape.Output.H; h++, places += count)
            {
                var row = (nint)(d * Shape.Input.H + 2 * h) * width;
                if (gradient) PairPooling<V, T>.Backward(source + row, source + row + width, places, back + row, back + row + width, count);
                else PairPooling<V, T>.Forward(source + row, source + row + width, places, count);
            }
    }

    [MethodImpl(Jit.Hot)]
    private void Windows(T* source, T* places, T* back)
    {
        long[] firstW = W.First, elementsW = W.Elements;
        var (rowStep, dilation) = (H.Dilation * Shape.Input.W, W.Dilation);
        for (var d = 0; d < D.First.Length; d++)
            for (var h = 0; h < H.First.Length; h++)
            {
                var rows = H.Elements[h];
                for (var w = 0; w < firstW.Length; w++, places++)
                {
                    var corner = (D.First[d] * Shape.Input.H + H.First[h]) * Shape.Input.W + firstW[w];
                    var (best, where) = Largest(source, corner, d, rows, rowStep, elementsW[w], dilation);
                    if (!gradient) *places = best;
                    else if (where >= 0) back[where] += *places;
                }
            }
    }

    /// <summary>The first maximum of a window: the first of equals stays, the first NaN stays for good.</summary>
    private (T Best, long Where) Largest(T* source, long corner, long d, long rows, long rowStep, long columns, long dilation)
    {
        var (best, where) = (T.NegativeInfinity, -1L);
        for (long kd = 0; kd < D.Elements[d]; kd++, corner += D.Dilation * Shape.Input.H * Shape.Input.W)
            for (long kh = 0; kh < rows; kh++)
                for (long kw = 0; kw < columns; kw++)
                {
                    var position = corner + kh * rowStep + kw * dilation;
                    var value = source[position];
                    if (value > best || where < 0 || (T.IsNaN(value) && !T.IsNaN(best))) (best, where) = (value, position);
                }
        return (best, where);
    }
}

/// <summary>Mean over windows, or its gradient.</summary>
/// <remarks>Operands: x, y; for the gradient upstream, result.</remarks>
internal sealed unsafe class AvgPoolKernel<T>(ConvShape shape, Integers counted, bool gradient) : PoolKernel(shape, counted)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(Jit.Hot)]
    protected override void Image(nint* operands, long index)
    {
        T* image = (T*)operands[gradient ? 1 : 0] + index * Shape.InputSize, places = (T*)operands[gradient ? 0 : 1] + index * Shape.OutputSize;
        if (gradient) SimdLoop.Fill(image, T.Zero, (nint)Shape.InputSize);
        for (var d = 0; d < D.First.Length; d++)
            for (var h = 0; h < H.First.Length; h++)
            {
                var outer = D.Count[d] * H.Count[h];
                for (var w = 0; w < W.First.Length; w++, places++)
                {
                    var count = T.CreateTruncating(outer * W.Count[w]);
                    var share = gradient ? *places / count : T.Zero;
                    var sum = T.Zero;
                    for (long kd = 0; kd < D.Elements[d]; kd++)
                        for (long kh = 0; kh < H.Elements[h]; kh++)
                        {
                            var row = image + ((D.First[d] + kd) * Shape.Input.H + H.First[h] + kh) * Shape.Input.W + W.First[w];
                            if (gradient)
                                for (long kw = 0; kw < W.Elements[w]; kw++) row[kw] += share;
                            else
                                for (long kw = 0; kw < W.Elements[w]; kw++) sum += row[kw];
                        }
                    if (!gradient) *places = sum / count;
                }
            }
    }
}
