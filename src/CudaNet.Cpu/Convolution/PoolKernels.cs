using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Convolution;

/// <summary>What pooling does in one image (a channel of an example).</summary>
internal unsafe interface IPoolBody
{
    /// <summary>Works on an image.</summary>
    void Image(long index);
}

/// <summary>Pooling kernels: images in parallel, plain loops within.</summary>
internal static unsafe class PoolKernels
{
    /// <summary>Output places of a window: from and to, within the input.</summary>
    public static (long First, long Last) Range(long place, long stride, long low, long kernel, long dilation, long size)
    {
        // First and last element of the window that lie in the input: 0 ≤ place·stride − low + k·dilation < size.
        var origin = place * stride - low;
        var first = origin >= 0 ? 0 : (-origin + dilation - 1) / dilation;
        var last = origin >= size ? 0 : Math.Min(kernel, (size - 1 - origin) / dilation + 1);
        return (first, Math.Max(first, last));
    }

    public static void Run<TBody>(long images, long work, TBody body)
        where TBody : struct, IPoolBody => WorkerPool.ParallelFor(images, Math.Max(1, 32768 / Math.Max(1, work)), new Job<TBody>(body));

    private readonly struct Job<TBody>(TBody body) : IRangeJob
        where TBody : struct, IPoolBody
    {
        public void Execute(long start, long end, int worker)
        {
            for (var image = start; image < end; image++) body.Image(image);
        }
    }
}

/// <summary>Maximum over windows, or its gradient: the place of the first maximum is found again from the input.</summary>
internal sealed unsafe class MaxPoolKernel<T>(ConvShape shape, bool gradient) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public void Run(ReadOnlySpan<nint> operands)
    {
        var body = new Body(shape, (T*)operands[0], gradient ? (T*)operands[1] : (T*)operands[^1], gradient ? (T*)operands[^1] : null);
        PoolKernels.Run(shape.N * shape.C, shape.OutputSize * shape.KernelSize, body);
    }

    private readonly struct Body(ConvShape s, T* x, T* y, T* gradient) : IPoolBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Image(long index)
        {
            T* source = x + index * s.InputSize, places = y + index * s.OutputSize;
            var back = gradient == null ? null : gradient + index * s.InputSize;
            if (back != null) Simd.SimdLoop.Fill(back, T.Zero, (nint)s.InputSize);
            var (stride, low, dilation) = (s.Stride.W, s.Low.W, s.Dilation.W);
            for (long d = 0; d < s.Output.D; d++)
            {
                var (d0, d1) = PoolKernels.Range(d, s.Stride.D, s.Low.D, s.Kernel.D, s.Dilation.D, s.Input.D);
                for (long h = 0; h < s.Output.H; h++)
                {
                    var (h0, h1) = PoolKernels.Range(h, s.Stride.H, s.Low.H, s.Kernel.H, s.Dilation.H, s.Input.H);
                    for (long w = 0; w < s.Output.W; w++, places++)
                    {
                        var (w0, w1) = PoolKernels.Range(w, stride, low, s.Kernel.W, dilation, s.Input.W);
                        var best = T.NegativeInfinity;
                        long where = -1;
                        for (var kd = d0; kd < d1; kd++)
                            for (var kh = h0; kh < h1; kh++)
                            {
                                var row = ((d * s.Stride.D - s.Low.D + kd * s.Dilation.D) * s.Input.H + h * s.Stride.H - s.Low.H + kh * s.Dilation.H) * s.Input.W + w * stride - low;
                                for (var kw = w0; kw < w1; kw++)
                                {
                                    var value = source[row + kw * dilation];
                                    // The first of equals stays; the first NaN stays for good.
                                    if (value > best || where < 0 || (T.IsNaN(value) && !T.IsNaN(best))) (best, where) = (value, row + kw * dilation);
                                }
                            }
                        if (back == null) *places = best;
                        else if (where >= 0) back[where] += *places;
                    }
                }
            }
        }
    }
}

/// <summary>Mean over windows, or its gradient.</summary>
internal sealed unsafe class AvgPoolKernel<T>(ConvShape shape, Integers counted, bool gradient) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public void Run(ReadOnlySpan<nint> operands)
    {
        var reach = (D: Reach(0), H: Reach(1), W: Reach(2));
        var body = new Body(shape, (T*)operands[gradient ? 1 : 0], (T*)operands[gradient ? 0 : 1], gradient, reach);
        PoolKernels.Run(shape.N * shape.C, shape.OutputSize * shape.KernelSize, body);
    }

    /// <summary>How far behind the input the border counts; −1 where it does not count.</summary>
    private long Reach(int axis) => axis < 3 - counted.Count ? 0 : counted[axis - (3 - counted.Count)];

    private readonly struct Body(ConvShape s, T* x, T* y, bool gradient, (long D, long H, long W) reach) : IPoolBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Image(long index)
        {
            T* image = x + index * s.InputSize, places = y + index * s.OutputSize;
            if (gradient) Simd.SimdLoop.Fill(image, T.Zero, (nint)s.InputSize);
            for (long d = 0; d < s.Output.D; d++)
            {
                var (d0, d1) = PoolKernels.Range(d, s.Stride.D, s.Low.D, s.Kernel.D, 1, s.Input.D);
                var countD = Count(d, s.Stride.D, s.Low.D, s.Kernel.D, s.Input.D, reach.D, d0, d1);
                for (long h = 0; h < s.Output.H; h++)
                {
                    var (h0, h1) = PoolKernels.Range(h, s.Stride.H, s.Low.H, s.Kernel.H, 1, s.Input.H);
                    var countH = countD * Count(h, s.Stride.H, s.Low.H, s.Kernel.H, s.Input.H, reach.H, h0, h1);
                    for (long w = 0; w < s.Output.W; w++, places++)
                    {
                        var (w0, w1) = PoolKernels.Range(w, s.Stride.W, s.Low.W, s.Kernel.W, 1, s.Input.W);
                        var count = T.CreateChecked(countH * Count(w, s.Stride.W, s.Low.W, s.Kernel.W, s.Input.W, reach.W, w0, w1));
                        var share = gradient ? *places / count : T.Zero;
                        var sum = T.Zero;
                        for (var kd = d0; kd < d1; kd++)
                            for (var kh = h0; kh < h1; kh++)
                            {
                                var row = image + ((d * s.Stride.D - s.Low.D + kd) * s.Input.H + h * s.Stride.H - s.Low.H + kh) * s.Input.W + w * s.Stride.W - s.Low.W;
                                if (gradient)
                                    for (var kw = w0; kw < w1; kw++) row[kw] += share;
                                else
                                    for (var kw = w0; kw < w1; kw++) sum += row[kw];
                            }
                        if (!gradient) *places = sum / count;
                    }
                }
            }
        }

        private static long Count(long place, long stride, long low, long kernel, long size, long reach, long first, long last) =>
            reach < 0 ? last - first : Math.Min(kernel, size + reach - (place * stride - low));
    }
}
