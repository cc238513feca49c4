namespace CudaNet.Cpu.Convolution;

/// <summary>Where the windows of pooling lie along one axis: worked out once a plan, so that the loops hold no division.</summary>
internal sealed class PoolAxis
{
    public PoolAxis(long places, long stride, long low, long kernel, long dilation, long size, long counted)
    {
        (First, Elements, Count) = (new long[places], new long[places], new long[places]);
        Dilation = dilation;
        for (long p = 0; p < places; p++)
        {
            // Elements of the window in the input: 0 ≤ p·stride − low + k·dilation < size.
            var origin = p * stride - low;
            var first = origin >= 0 ? 0 : (-origin + dilation - 1) / dilation;
            var last = origin >= size ? 0 : Math.Min(kernel, (size - 1 - origin) / dilation + 1);
            First[p] = origin + first * dilation;
            Elements[p] = Math.Max(0, last - first);
            Count[p] = counted < 0 ? Elements[p] : Math.Min(kernel, size + counted - origin);
        }
    }

    /// <summary>Input position of a window's first element in the input.</summary>
    public long[] First { get; }

    /// <summary>Elements of a window in the input.</summary>
    public long[] Elements { get; }

    /// <summary>Elements that count in a mean.</summary>
    public long[] Count { get; }

    /// <summary>Distance of the elements.</summary>
    public long Dilation { get; }
}
