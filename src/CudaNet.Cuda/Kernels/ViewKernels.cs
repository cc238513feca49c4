using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>A launch and its arguments behind the pointers.</summary>
/// <param name="Launch">Kernel and geometry.</param>
/// <param name="Arguments">What follows the addresses of the operands.</param>
public readonly record struct PreparedLaunch(KernelLaunch Launch, KernelArgument[] Arguments);

/// <summary>The kernels' <c>Transposition</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Transposition
{
    /// <summary>Elements of the axes, and tiles of 32 of them.</summary>
    public uint SizeA, SizeB, TilesA, TilesB;

    /// <summary>Strides in elements.</summary>
    public long XA, XB, YA, YB;
}

/// <summary>The kernels' <c>Padding</c>: for each axis, innermost first, elements before the first, from one to the next, of the source, and what divides by the second.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct KernelPadding
{
    /// <summary>For each axis.</summary>
    public AxisNumbers Low, Step, Count, Multiplier, Shift;
}

/// <summary>Launches of <c>views.cu</c>.</summary>
public static class ViewKernels
{
    /// <summary>Threads of a block where each has an element.</summary>
    internal const int Threads = 256;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("views", "Copies of any layout, transpositions through shared memory, padding.",
        [.. from bytes in new[] { 1, 2, 4, 8, 16 } select Spec(bytes)],
        [
            Sample(Copy([16, 64, 16], [64 * 32, 32, 2], [64 * 16, 16, 1], 4, 256), 16 * 64 * 32, 16 * 64 * 16),
            Sample(Copy([4, 64, 96], [64 * 96, 1, 64], [64 * 96, 96, 1], 4, 256), 4 * 64 * 96, 4 * 64 * 96) with { MinimalBytes = 2 * 4 * 64 * 96 * 4 },
            Sample(Pad([16, 32, 32], [32 * 32, 32, 1], [0, 1, 1], [0, 1, 1], [0, 0, 0], 0, 4, 256), 16 * 32 * 32, 16 * 34 * 34) with { MinimalBytes = ((16 * 32 * 32) + (16 * 34 * 34)) * 4 },
        ]);

    /// <summary>The specialisation for elements of 1, 2, 4, 8 or 16 bytes.</summary>
    public static KernelSpec Spec(int bytes) => KernelSpec.Of("views", $"ELEMENT={bytes}");

    /// <summary><c>copy</c> or <c>copy_transposed</c>, whichever reads and writes whole sectors; its first arguments are x and y.</summary>
    /// <param name="sizes">The elements to copy.</param>
    /// <param name="x">Strides of the source in elements.</param>
    /// <param name="y">Strides of the target in elements.</param>
    /// <param name="bytes">Bytes of an element.</param>
    /// <param name="alignment">What both addresses are multiples of.</param>
    public static PreparedLaunch Copy(ReadOnlySpan<long> sizes, ReadOnlySpan<long> x, ReadOnlySpan<long> y, int bytes, long alignment)
    {
        var walk = AxisWalk.Of(sizes, x, y);
        bytes = walk.Widen(bytes, alignment);
        // Half a tile or more in both directions: else caches serve neighbours better than tiles do.
        const int Worthwhile = 16;
        var last = walk.Axes.Count - 1;
        if (last > 0 && walk.Axes[last] is { Y: 1 or -1, X: not (1 or -1), Size: >= Worthwhile })
            for (var k = last - 1; k >= 0; k--)
                if (walk.Axes[k] is { X: 1 or -1, Size: >= Worthwhile })
                    return Transposed(walk, k, bytes);
        var count = walk.Count;
        return new(new(Spec(bytes), "copy", Blocks(count), Threads), [KernelArgument.Of(walk.ToKernel()), (uint)count]);
    }

    /// <summary><c>pad</c>; its first arguments are x and y.</summary>
    /// <param name="sizes">Elements of the source.</param>
    /// <param name="strides">Strides of the source in elements.</param>
    /// <param name="low">Values before the first element of each axis.</param>
    /// <param name="high">Values behind the last.</param>
    /// <param name="interior">Values between two.</param>
    /// <param name="value">The bits of the value, in the low bytes.</param>
    /// <param name="bytes">Bytes of an element.</param>
    /// <param name="alignment">What both addresses are multiples of.</param>
    public static PreparedLaunch Pad(ReadOnlySpan<long> sizes, ReadOnlySpan<long> strides, ReadOnlySpan<long> low, ReadOnlySpan<long> high, ReadOnlySpan<long> interior, ulong value, int bytes, long alignment)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizes.Length, KernelAxes.Most);
        var rank = sizes.Length;
        var padding = default(KernelPadding);
        KernelAxes axes = new() { Rank = rank };
        // Neighbours move together where the last axis has nothing put in and the others keep whole groups together.
        var together = 1;
        if (rank > 0 && low[^1] == 0 && high[^1] == 0 && interior[^1] == 0 && strides[^1] == 1)
            while (together * bytes < 16 && alignment % (2 * together * bytes) == 0 && sizes[^1] % (2 * together) == 0 && AllDivide(strides[..^1], 2 * together)) together *= 2;
        long count = 1;
        for (var k = 0; k < rank; k++)
        {
            var axis = rank - 1 - k;
            var group = k == 0 ? together : 1;
            var size = (low[axis] + sizes[axis] + (Math.Max(0, sizes[axis] - 1) * interior[axis]) + high[axis]) / group;
            count *= size;
            axes.Size[k] = (uint)size;
            (axes.Multiplier[k], axes.Shift[k]) = KernelAxes.Divisor((uint)size);
            axes.X[k] = k == 0 ? strides[axis] : strides[axis] / together;
            padding.Low[k] = (uint)low[axis];
            padding.Step[k] = (uint)interior[axis] + 1;
            (padding.Multiplier[k], padding.Shift[k]) = KernelAxes.Divisor(padding.Step[k]);
            padding.Count[k] = (uint)(sizes[axis] / group);
        }
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, int.MaxValue);
        return new(new(Spec(bytes * together), "pad", Blocks(count), Threads), [KernelArgument.Of(axes), KernelArgument.Of(padding), Repeated(value, bytes, bytes * together), (uint)count]);
    }

    /// <summary>Blocks for one thread an element.</summary>
    internal static Dim3 Blocks(long count) => checked((int)((count + Threads - 1) / Threads));

    private static PreparedLaunch Transposed(AxisWalk walk, int index, int bytes)
    {
        var b = walk.Remove(walk.Axes.Count - 1);
        var a = walk.Remove(index);
        Transposition transposition = new()
        {
            SizeA = (uint)a.Size,
            SizeB = (uint)b.Size,
            TilesA = (uint)((a.Size + 31) / 32),
            TilesB = (uint)((b.Size + 31) / 32),
            XA = a.X,
            XB = b.X,
            YA = a.Y,
            YB = b.Y,
        };
        var blocks = checked((int)(walk.Count * transposition.TilesA * transposition.TilesB));
        return new(new(Spec(bytes), "copy_transposed", blocks, new Dim3(32, 8)), [KernelArgument.Of(walk.ToKernel()), KernelArgument.Of(transposition)]);
    }

    private static bool AllDivide(ReadOnlySpan<long> strides, int divisor)
    {
        foreach (var stride in strides) if (stride % divisor != 0) return false;
        return true;
    }

    private static KernelArgument Repeated(ulong value, int from, int to)
    {
        if (from < 8) value &= (1UL << (8 * from)) - 1;
        for (var bytes = from; bytes < Math.Min(to, 8); bytes *= 2) value |= value << (8 * bytes);
        return to switch
        {
            1 => (byte)value,
            2 => (ushort)value,
            4 => (uint)value,
            8 => value,
            _ => KernelArgument.Of(new UInt128(value, value)),
        };
    }

    private static KernelSample Sample(PreparedLaunch prepared, long source, long target) =>
        new(prepared.Launch, [new("f32", source), new("f32", target, SampleFill.Unwritten)], p => [p[0], p[1], .. prepared.Arguments]);
}
