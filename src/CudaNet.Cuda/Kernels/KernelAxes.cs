using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Kernels;

/// <summary>The kernels' <c>Axes</c>: up to eight axes, the innermost first, with divisors and the strides of three operands.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct KernelAxes
{
    /// <summary>How many axes there are at most.</summary>
    public const int Most = 8;

    /// <summary>How many axes there are.</summary>
    public int Rank;

    /// <summary>Elements of each axis, and what divides by their number.</summary>
    public AxisNumbers Size, Multiplier, Shift;

    /// <summary>Strides in elements.</summary>
    public AxisStrides X, Y, Z;

    /// <summary>The multiplier and the shift by which kernels divide numbers below 2³¹: n/d = (⌊n·multiplier/2³²⌋ + n) ≫ shift.</summary>
    public static (uint Multiplier, uint Shift) Divisor(uint divisor)
    {
        divisor = Math.Max(1, divisor); // nothing is divided along an axis without elements
        var shift = divisor == 1 ? 0 : 32 - BitOperations.LeadingZeroCount(divisor - 1);
        return ((uint)((((1UL << shift) - divisor) << 32) / divisor) + 1, (uint)shift);
    }
}

/// <summary>A number for each axis.</summary>
[InlineArray(KernelAxes.Most)]
public struct AxisNumbers
{
    private uint _first;
}

/// <summary>A stride for each axis.</summary>
[InlineArray(KernelAxes.Most)]
public struct AxisStrides
{
    private long _first;
}

/// <summary>An axis that up to three operands are walked along together.</summary>
/// <param name="Size">Elements.</param>
/// <param name="X">Stride of the first operand, in elements.</param>
/// <param name="Y">Stride of the second.</param>
/// <param name="Z">Stride of the third.</param>
public readonly record struct WalkedAxis(long Size, long X, long Y = 0, long Z = 0);

/// <summary>Axes that operands are walked along together, outermost first, as few as say it.</summary>
public sealed class AxisWalk
{
    private readonly List<WalkedAxis> _axes = [];

    /// <summary>Axes of given sizes; those of one element are left out, and neighbours that lie as one are joined.</summary>
    /// <param name="axes">Outermost first.</param>
    public AxisWalk(IEnumerable<WalkedAxis> axes)
    {
        foreach (var axis in axes)
        {
            if (axis.Size == 1) continue;
            if (_axes.Count > 0 && Joins(_axes[^1], axis)) _axes[^1] = axis with { Size = _axes[^1].Size * axis.Size };
            else _axes.Add(axis);
        }
    }

    /// <summary>The axes.</summary>
    public IReadOnlyList<WalkedAxis> Axes => _axes;

    /// <summary>How many elements are walked over.</summary>
    public long Count => _axes.Aggregate(1L, (product, axis) => product * axis.Size);

    /// <summary>The axes from strides of shapes.</summary>
    public static AxisWalk Of(ReadOnlySpan<long> sizes, ReadOnlySpan<long> x, ReadOnlySpan<long> y = default, ReadOnlySpan<long> z = default)
    {
        var axes = new WalkedAxis[sizes.Length];
        for (var k = 0; k < axes.Length; k++) axes[k] = new(sizes[k], x[k], y.IsEmpty ? 0 : y[k], z.IsEmpty ? 0 : z[k]);
        return new(axes);
    }

    /// <summary>Takes two neighbours as one element of twice the size, again and again, as long as both operands allow it.</summary>
    /// <param name="bytes">Bytes of an element.</param>
    /// <param name="alignment">What the first two operands' addresses are multiples of.</param>
    /// <returns>Bytes of an element now.</returns>
    public int Widen(int bytes, long alignment)
    {
        while (bytes < 16 && alignment % (2 * bytes) == 0 && _axes.Count > 0 && _axes[^1] is { X: 1, Y: 1 } last && last.Size % 2 == 0 && _axes.SkipLast(1).All(axis => axis.X % 2 == 0 && axis.Y % 2 == 0))
        {
            for (var k = 0; k < _axes.Count - 1; k++) _axes[k] = _axes[k] with { X = _axes[k].X / 2, Y = _axes[k].Y / 2 };
            _axes[^1] = last with { Size = last.Size / 2 };
            bytes *= 2;
        }
        return bytes;
    }

    /// <summary>Takes an axis out.</summary>
    public WalkedAxis Remove(int index)
    {
        var axis = _axes[index];
        _axes.RemoveAt(index);
        return axis;
    }

    /// <summary>For the kernels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than eight axes, or 2³¹ elements or more.</exception>
    public KernelAxes ToKernel()
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_axes.Count, KernelAxes.Most);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Count, int.MaxValue);
        var kernel = new KernelAxes { Rank = _axes.Count };
        for (var k = 0; k < _axes.Count; k++)
        {
            var axis = _axes[^(k + 1)];
            kernel.Size[k] = (uint)axis.Size;
            (kernel.Multiplier[k], kernel.Shift[k]) = KernelAxes.Divisor((uint)axis.Size);
            (kernel.X[k], kernel.Y[k], kernel.Z[k]) = (axis.X, axis.Y, axis.Z);
        }
        return kernel;
    }

    private static bool Joins(WalkedAxis outer, WalkedAxis inner) =>
        outer.X == inner.X * inner.Size && outer.Y == inner.Y * inner.Size && outer.Z == inner.Z * inner.Size;
}
