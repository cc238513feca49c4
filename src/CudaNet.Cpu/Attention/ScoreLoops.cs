using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Attention;

/// <summary>What happens to scores between the products. Scores are [keys, 2·V.Count]: a row a key, a lane a query, so that maxima
/// and sums over keys need nothing across lanes.</summary>
/// <remarks>No method with a hot loop calls anything: the JIT would keep its vectors in memory.</remarks>
internal static unsafe class ScoreLoops
{

    /// <summary>Raises the maxima by new scores; factor = e^(old − new) takes sums made with the old ones to the new ones.</summary>
    /// <param name="scores">[count, 2·V.Count].</param>
    /// <param name="count">Keys.</param>
    /// <param name="max">Maxima so far, −∞ at first; raised.</param>
    /// <param name="factor">Result.</param>
    [MethodImpl(Jit.Hot)]
    public static void RaiseMax<V, T, TExp>(T* scores, nint count, T* max, T* factor)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TExp : struct, IUnaryOperator<T>
    {
        // Two chains a half, since a maximum takes several cycles. A NaN may get lost here: it comes back in the exponentials.
        V oldLeft = V.Load(max), oldRight = V.Load(max + V.Count), a = oldLeft, b = oldRight, c = oldLeft, d = oldRight;
        T* end = scores + ((count & ~1) * 2 * V.Count);
        for (; scores < end; scores += 4 * V.Count)
        {
            a = V.MaxNative(a, V.Load(scores));
            b = V.MaxNative(b, V.Load(scores + V.Count));
            c = V.MaxNative(c, V.Load(scores + (2 * V.Count)));
            d = V.MaxNative(d, V.Load(scores + (3 * V.Count)));
        }
        if ((count & 1) != 0)
        {
            a = V.MaxNative(a, V.Load(scores));
            b = V.MaxNative(b, V.Load(scores + V.Count));
        }
        a = V.MaxNative(a, c);
        b = V.MaxNative(b, d);
        V.Store(a, max);
        V.Store(b, max + V.Count);
        // Nothing seen before: there is nothing to scale, and −∞ − −∞ would be NaN.
        V none = V.Create(T.NegativeInfinity);
        V.Store(TExp.Invoke(V.Select(V.Equal(oldLeft, none), V.Zero, oldLeft - Shift<V, T>(a))), factor);
        V.Store(TExp.Invoke(V.Select(V.Equal(oldRight, none), V.Zero, oldRight - Shift<V, T>(b))), factor + V.Count);
    }

    /// <summary>scores = e^(scores − max); sum = sum·factor + Σ scores.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Exponentiate<V, T, TExp>(T* scores, nint count, T* max, T* factor, T* sum)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TExp : struct, IUnaryOperator<T>
    {
        V shiftLeft = Shift<V, T>(V.Load(max)), shiftRight = Shift<V, T>(V.Load(max + V.Count)), left = V.Zero, right = V.Zero;
        T* p = scores;
        for (T* end = scores + (count * 2 * V.Count); p < end; p += 2 * V.Count)
        {
            V a = TExp.Invoke(V.Load(p) - shiftLeft), b = TExp.Invoke(V.Load(p + V.Count) - shiftRight);
            V.Store(a, p);
            V.Store(b, p + V.Count);
            left += a;
            right += b;
        }
        V.Store(V.Fma(V.Load(sum), V.Load(factor), left), sum);
        V.Store(V.Fma(V.Load(sum + V.Count), V.Load(factor + V.Count), right), sum + V.Count);
    }

    /// <summary>Whether every factor is 1: then there is nothing to scale.</summary>
    public static bool AreOne<V, T>(T* factor)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        V one = V.Create(T.One);
        return !V.Any(~(V.Equal(V.Load(factor), one) & V.Equal(V.Load(factor + V.Count), one)));
    }

    /// <summary>Multiplies each row by the factors.</summary>
    [MethodImpl(Jit.Hot)]
    public static void ScaleRows<V, T>(T* rows, nint count, T* factor)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V left = V.Load(factor), right = V.Load(factor + V.Count);
        for (T* end = rows + (count * 2 * V.Count); rows < end; rows += 2 * V.Count)
        {
            V.Store(V.Load(rows) * left, rows);
            V.Store(V.Load(rows + V.Count) * right, rows + V.Count);
        }
    }

    /// <summary>1/sum, or 1 where a query saw nothing and the sum is 0.</summary>
    public static void Invert<V, T>(T* sum, T* inverse)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        V one = V.Create(T.One);
        for (int i = 0; i < 2 * V.Count; i += V.Count)
        {
            V value = V.Load(sum + i);
            V.Store(one / V.Select(V.Equal(value, V.Zero), one, value), inverse + i);
        }
    }

    /// <summary>result = Σ over keys of weights·gradients, not yet divided by the sums of the weights.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Overlap<V, T>(T* weights, T* gradients, nint count, T* result)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V left = V.Zero, right = V.Zero;
        for (T* end = weights + (count * 2 * V.Count); weights < end; weights += 2 * V.Count, gradients += 2 * V.Count)
        {
            left = V.Fma(V.Load(weights), V.Load(gradients), left);
            right = V.Fma(V.Load(weights + V.Count), V.Load(gradients + V.Count), right);
        }
        V.Store(left, result);
        V.Store(right, result + V.Count);
    }

    /// <summary>weights *= inverse; gradients = scale·weights·(gradients − mean): from gradients of weights to those of scores.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Backward<V, T>(T* weights, T* gradients, nint count, T* inverse, T* mean, T scale)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V inverseLeft = V.Load(inverse), inverseRight = V.Load(inverse + V.Count), meanLeft = V.Load(mean), meanRight = V.Load(mean + V.Count), factor = V.Create(scale);
        for (T* end = weights + (count * 2 * V.Count); weights < end; weights += 2 * V.Count, gradients += 2 * V.Count)
        {
            V left = V.Load(weights) * inverseLeft, right = V.Load(weights + V.Count) * inverseRight;
            V.Store(left, weights);
            V.Store(right, weights + V.Count);
            V.Store((V.Load(gradients) - meanLeft) * (left * factor), gradients);
            V.Store((V.Load(gradients + V.Count) - meanRight) * (right * factor), gradients + V.Count);
        }
    }

    /// <summary>What is subtracted before the exponential: the maximum, or 0 where nothing was seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Shift<V, T>(V max)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T> => V.Select(V.Equal(max, V.Create(T.NegativeInfinity)), V.Zero, max);
}
