using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Attention;

/// <summary>Which keys a query sees: those from Left before its own position to Right behind it. The last query has the position of the last key.</summary>
internal readonly unsafe struct AttentionWindow
{
    // Beyond every position, and far from overflow.
    private const long Unlimited = 1L << 40;

    private readonly long _left;
    private readonly long _right;
    private readonly long _offset;
    private readonly int _keys;

    public AttentionWindow(long? left, long? right, int queries, int keys)
    {
        _left = Math.Min(left ?? Unlimited, Unlimited);
        _right = Math.Min(right ?? Unlimited, Unlimited);
        _offset = keys - (long)queries;
        _keys = keys;
    }

    /// <summary>Keys that any of the queries [first, end) sees.</summary>
    public (int First, int End) Range(int first, int end)
    {
        var from = Math.Clamp(first + _offset - _left, 0, _keys);
        var to = Math.Clamp(end + _offset + _right, 0, _keys);
        return ((int)from, (int)Math.Max(from, to));
    }

    /// <summary>Sets scores that are not seen to −∞.</summary>
    /// <param name="scores">[count, 2·V.Count].</param>
    /// <param name="firstKey">Key of the first row.</param>
    /// <param name="count">Keys.</param>
    /// <param name="firstQuery">Query of the first lane.</param>
    [MethodImpl(Jit.Hot)]
    public void Mask<V, T>(T* scores, int firstKey, int count, int firstQuery)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = 2 * V.Count;
        T* index = stackalloc T[width];
        for (int i = 0; i < width; i++) index[i] = T.CreateTruncating(i);
        V left = V.Load(index), right = V.Load(index + V.Count), hidden = V.Create(T.NegativeInfinity);
        for (long key = firstKey; key < firstKey + count; key++, scores += width)
        {
            // Queries from low to high see this key.
            long low = key - _right - _offset - firstQuery, high = key + _left - _offset - firstQuery;
            if (low <= 0 && high >= width - 1) continue;
            V least = V.Create(T.CreateTruncating(Math.Clamp(low, -1, width))), most = V.Create(T.CreateTruncating(Math.Clamp(high, -1, width)));
            V.Store(V.Select(V.LessOrEqual(least, left) & V.LessOrEqual(left, most), V.Load(scores), hidden), scores);
            V.Store(V.Select(V.LessOrEqual(least, right) & V.LessOrEqual(right, most), V.Load(scores + V.Count), hidden), scores + V.Count);
        }
    }
}
