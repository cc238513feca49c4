using System.Numerics;
using CudaNet.Cpu.Normalisation;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Attention;

/// <summary>A query's scores, where all of them are at hand.</summary>
internal static unsafe class ScoreRow
{
    /// <summary>ln Σ e^score from the largest score and Σ e^(score − largest); −∞ where nothing was seen.</summary>
    public static T LogSumExp<T>(T max, T sum)
        where T : unmanaged, IFloatingPointIeee754<T> => T.IsNegativeInfinity(max) ? max : max + T.Log(sum);

    /// <summary>Makes scores [from, to) of a row weights, and the others 0.</summary>
    /// <returns>ln Σ e^score.</returns>
    public static T Softmax<T, TExp>(T* scores, int count, int from, int to)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        where TExp : struct, IUnaryOperator<T>
    {
        SimdLoop.Fill(scores, T.Zero, from);
        SimdLoop.Fill(scores + to, T.Zero, count - to);
        if (from == to) return T.NegativeInfinity;
        T* seen = scores + from;
        int length = to - from;
        var seesAny = new ReadOnlySpan<T>(seen, length).IndexOfAnyExcept(T.NegativeInfinity) >= 0;
        var shift = RowExponentials.Shift(seen, length);
        var sum = RowExponentials.Sum<T, TExp>(seen, seen, length, shift);
        SimdLoop.Binary<T, MulOperator<T>>(seen, T.One / sum, seen, length);
        return seesAny ? shift + T.Log(sum) : T.NegativeInfinity;
    }
}
