using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Convolution;

/// <summary>Maximum over windows of 2×2 at stride 2, a vector of windows at a time, and its gradient.</summary>
/// <remarks>The first of equals wins, as does the first NaN. The last vector of a row overlaps the one before it: it writes
/// the same values again.</remarks>
internal static unsafe class PairPooling<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>One row of results from two rows of the input.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Forward(T* top, T* bottom, T* result, nint count)
    {
        for (nint w = 0; w < count; w += V.Count)
        {
            var at = Math.Min(w, count - V.Count);
            V first = V.Load(top + 2 * at), next = V.Load(top + 2 * at + V.Count), a = Even(first, next), b = Odd(first, next);
            first = V.Load(bottom + 2 * at);
            next = V.Load(bottom + 2 * at + V.Count);
            V c = Even(first, next), d = Odd(first, next);
            V upper = V.Select(Wins(b, a), b, a), lower = V.Select(Wins(d, c), d, c);
            V.Store(V.Select(Wins(lower, upper), lower, upper), result + at);
        }
    }

    /// <summary>Two rows of the gradient from one row of upstream.</summary>
    [MethodImpl(Jit.Hot)]
    public static void Backward(T* top, T* bottom, T* upstream, T* topGradient, T* bottomGradient, nint count)
    {
        for (nint w = 0; w < count; w += V.Count)
        {
            var at = Math.Min(w, count - V.Count);
            V first = V.Load(top + 2 * at), next = V.Load(top + 2 * at + V.Count), a = Even(first, next), b = Odd(first, next);
            first = V.Load(bottom + 2 * at);
            next = V.Load(bottom + 2 * at + V.Count);
            V c = Even(first, next), d = Odd(first, next);
            V second = Wins(b, a), fourth = Wins(d, c);
            V below = Wins(V.Select(fourth, d, c), V.Select(second, b, a));
            V value = V.Load(upstream + at), down = value & below, up = value & ~below;
            V left = up & ~second, right = up & second;
            V.Store(First(left, right), topGradient + 2 * at);
            V.Store(Second(left, right), topGradient + 2 * at + V.Count);
            left = down & ~fourth;
            right = down & fourth;
            V.Store(First(left, right), bottomGradient + 2 * at);
            V.Store(Second(left, right), bottomGradient + 2 * at + V.Count);
        }
    }

    /// <summary>Mask of where a later value takes the place of the best so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Wins(V value, V best) => V.Less(best, value) | (V.Equal(best, best) & ~V.Equal(value, value));

    /// <summary>The even values of two neighbouring vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Even(V first, V second)
    {
        if (typeof(V) == typeof(Simd512<T>))
        {
            Vector512<T> a = Sorted(Unsafe.BitCast<V, Vector512<T>>(first)), b = Sorted(Unsafe.BitCast<V, Vector512<T>>(second));
            return Unsafe.BitCast<Vector512<T>, V>(Vector512.Create(a.GetLower(), b.GetLower()));
        }
        else if (typeof(V) == typeof(Simd256<T>))
        {
            Vector256<T> a = Sorted(Unsafe.BitCast<V, Vector256<T>>(first)), b = Sorted(Unsafe.BitCast<V, Vector256<T>>(second));
            return Unsafe.BitCast<Vector256<T>, V>(Vector256.Create(a.GetLower(), b.GetLower()));
        }
        else
        {
            Vector128<T> a = Sorted(Unsafe.BitCast<V, Vector128<T>>(first)), b = Sorted(Unsafe.BitCast<V, Vector128<T>>(second));
            return Unsafe.BitCast<Vector128<T>, V>(Vector128.Create(a.GetLower(), b.GetLower()));
        }
    }

    /// <summary>The odd values of two neighbouring vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Odd(V first, V second)
    {
        if (typeof(V) == typeof(Simd512<T>))
        {
            Vector512<T> a = Sorted(Unsafe.BitCast<V, Vector512<T>>(first)), b = Sorted(Unsafe.BitCast<V, Vector512<T>>(second));
            return Unsafe.BitCast<Vector512<T>, V>(Vector512.Create(a.GetUpper(), b.GetUpper()));
        }
        else if (typeof(V) == typeof(Simd256<T>))
        {
            Vector256<T> a = Sorted(Unsafe.BitCast<V, Vector256<T>>(first)), b = Sorted(Unsafe.BitCast<V, Vector256<T>>(second));
            return Unsafe.BitCast<Vector256<T>, V>(Vector256.Create(a.GetUpper(), b.GetUpper()));
        }
        else
        {
            Vector128<T> a = Sorted(Unsafe.BitCast<V, Vector128<T>>(first)), b = Sorted(Unsafe.BitCast<V, Vector128<T>>(second));
            return Unsafe.BitCast<Vector128<T>, V>(Vector128.Create(a.GetUpper(), b.GetUpper()));
        }
    }

    /// <summary>The first of two neighbouring vectors, from their even and odd values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V First(V first, V second)
    {
        if (typeof(V) == typeof(Simd512<T>))
        {
            Vector512<T> a = Unsafe.BitCast<V, Vector512<T>>(first), b = Unsafe.BitCast<V, Vector512<T>>(second);
            return Unsafe.BitCast<Vector512<T>, V>(Mixed(Vector512.Create(a.GetLower(), b.GetLower())));
        }
        else if (typeof(V) == typeof(Simd256<T>))
        {
            Vector256<T> a = Unsafe.BitCast<V, Vector256<T>>(first), b = Unsafe.BitCast<V, Vector256<T>>(second);
            return Unsafe.BitCast<Vector256<T>, V>(Mixed(Vector256.Create(a.GetLower(), b.GetLower())));
        }
        else
        {
            Vector128<T> a = Unsafe.BitCast<V, Vector128<T>>(first), b = Unsafe.BitCast<V, Vector128<T>>(second);
            return Unsafe.BitCast<Vector128<T>, V>(Mixed(Vector128.Create(a.GetLower(), b.GetLower())));
        }
    }

    /// <summary>The second of two neighbouring vectors, from their even and odd values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Second(V first, V second)
    {
        if (typeof(V) == typeof(Simd512<T>))
        {
            Vector512<T> a = Unsafe.BitCast<V, Vector512<T>>(first), b = Unsafe.BitCast<V, Vector512<T>>(second);
            return Unsafe.BitCast<Vector512<T>, V>(Mixed(Vector512.Create(a.GetUpper(), b.GetUpper())));
        }
        else if (typeof(V) == typeof(Simd256<T>))
        {
            Vector256<T> a = Unsafe.BitCast<V, Vector256<T>>(first), b = Unsafe.BitCast<V, Vector256<T>>(second);
            return Unsafe.BitCast<Vector256<T>, V>(Mixed(Vector256.Create(a.GetUpper(), b.GetUpper())));
        }
        else
        {
            Vector128<T> a = Unsafe.BitCast<V, Vector128<T>>(first), b = Unsafe.BitCast<V, Vector128<T>>(second);
            return Unsafe.BitCast<Vector128<T>, V>(Mixed(Vector128.Create(a.GetUpper(), b.GetUpper())));
        }
    }

    // Even lanes into the lower half, odd ones into the upper half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Sorted(Vector512<T> v) => sizeof(T) == 4
        ? Vector512.Shuffle(v.As<T, int>(), Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)).As<int, T>()
        : Vector512.Shuffle(v.As<T, long>(), Vector512.Create(0L, 2, 4, 6, 1, 3, 5, 7)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Sorted(Vector256<T> v) => sizeof(T) == 4
        ? Vector256.Shuffle(v.As<T, int>(), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7)).As<int, T>()
        : Vector256.Shuffle(v.As<T, long>(), Vector256.Create(0L, 2, 1, 3)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Sorted(Vector128<T> v) => sizeof(T) == 4
        ? Vector128.Shuffle(v.As<T, int>(), Vector128.Create(0, 2, 1, 3)).As<int, T>()
        : v;

    // The inverse of Sorted.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Mixed(Vector512<T> v) => sizeof(T) == 4
        ? Vector512.Shuffle(v.As<T, int>(), Vector512.Create(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)).As<int, T>()
        : Vector512.Shuffle(v.As<T, long>(), Vector512.Create(0L, 4, 1, 5, 2, 6, 3, 7)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Mixed(Vector256<T> v) => sizeof(T) == 4
        ? Vector256.Shuffle(v.As<T, int>(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).As<int, T>()
        : Vector256.Shuffle(v.As<T, long>(), Vector256.Create(0L, 2, 1, 3)).As<long, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Mixed(Vector128<T> v) => Sorted(v);
}
