using System.Numerics;
using CudaNet.Cpu.Normalisation;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Attention;

/// <summary>A query's scores, where all of them are at hand.</summary>
internal static unsafe class ScoreRow
{
    /// <summary>Makes scores [from, to) of a row weights, and the others 0.</summary>
    public static void Softmax<T, TExp>(T* scores, int count, int from, int to)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        where TExp : struct, IUnaryOperator<T>
    {
        SimdLoop.Fill(scores, T.Zero, from);
        SimdLoop.Fill(scores + to, T.Zero, count - to);
        if (from == to) return;
        T* seen = scores + from;
        nint length = to - from;
        var sum = RowExponentials.Sum<T, TExp>(seen, seen, length, RowExponentials.Shift(seen, length));
        SimdLoop.Binary<T, MulOperator<T>>(seen, T.One / sum, seen, length);
    }
}
