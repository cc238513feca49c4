using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <content>The bodies of the loops, generic over the vector width.</content>
/// <remarks>
/// The last V.Count elements are computed before the loop and stored after it, so that they may overlap the last full vector
/// even when the result is written over an operand.
/// </remarks>
internal static unsafe partial class SimdLoop
{
    [MethodImpl(Hot)]
    internal static void UnaryCore<V, T, TOp>(T* x, T* y, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, IUnaryOperator<T>
    {
        if (n < V.Count)
        {
            if (n > 0) StorePartial(TOp.Invoke(DenseSource<T>.LoadPartial<V>(x, n)), y, n);
            return;
        }

        nint lastStart = n - V.Count;
        V last = TOp.Invoke(V.Load(x + lastStart));
        for (nint i = 0; i < lastStart; i += V.Count) V.Store(TOp.Invoke(V.Load(x + i)), y + i);
        V.Store(last, y + lastStart);
    }

    [MethodImpl(Hot)]
    internal static void BinaryCore<V, T, TOp, TX, TY>(T* x, T* y, T* z, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        if (n < V.Count)
        {
            if (n > 0) StorePartial(TOp.Invoke(TX.LoadPartial<V>(x, n), TY.LoadPartial<V>(y, n)), z, n);
            return;
        }

        nint lastStart = n - V.Count;
        V last = TOp.Invoke(TX.Load<V>(x, lastStart), TY.Load<V>(y, lastStart));
        for (nint i = 0; i < lastStart; i += V.Count) V.Store(TOp.Invoke(TX.Load<V>(x, i), TY.Load<V>(y, i)), z + i);
        V.Store(last, z + lastStart);
    }

    [MethodImpl(Hot)]
    internal static void TernaryCore<V, T, TOp, TX, TY, TZ>(T* x, T* y, T* z, T* w, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
        where TZ : struct, ISource<T>
    {
        if (n < V.Count)
        {
            if (n > 0) StorePartial(TOp.Invoke(TX.LoadPartial<V>(x, n), TY.LoadPartial<V>(y, n), TZ.LoadPartial<V>(z, n)), w, n);
            return;
        }

        nint lastStart = n - V.Count;
        V last = TOp.Invoke(TX.Load<V>(x, lastStart), TY.Load<V>(y, lastStart), TZ.Load<V>(z, lastStart));
        for (nint i = 0; i < lastStart; i += V.Count)
            V.Store(TOp.Invoke(TX.Load<V>(x, i), TY.Load<V>(y, i), TZ.Load<V>(z, i)), w + i);
        V.Store(last, w + lastStart);
    }

    [MethodImpl(Hot)]
    internal static void CompareCore<V, T, TOp, TX, TY>(T* x, T* y, byte* mask, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, ICompareOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        byte* partial = stackalloc byte[64];
        nint i = 0;

        // No overlapped last vector here: a byte operand may be overwritten by the mask.
        for (; i <= n - V.Count; i += V.Count) V.StoreMask(TOp.Invoke(TX.Load<V>(x, i), TY.Load<V>(y, i)), mask + i);
        if (i == n) return;
        T* restX = typeof(TX) == typeof(DenseSource<T>) ? x + i : x;
        T* restY = typeof(TY) == typeof(DenseSource<T>) ? y + i : y;
        V.StoreMask(TOp.Invoke(TX.LoadPartial<V>(restX, n - i), TY.LoadPartial<V>(restY, n - i)), partial);
        Unsafe.CopyBlockUnaligned(mask + i, partial, (uint)(n - i));
    }

    [MethodImpl(Hot)]
    internal static void WhereCore<V, T, TX, TY>(byte* mask, T* x, T* y, T* z, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        byte* partial = stackalloc byte[64];
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count) V.Store(V.Select(V.LoadMask(mask + i), TX.Load<V>(x, i), TY.Load<V>(y, i)), z + i);
        if (i == n) return;
        Unsafe.CopyBlockUnaligned(partial, mask + i, (uint)(n - i));
        T* restX = typeof(TX) == typeof(DenseSource<T>) ? x + i : x;
        T* restY = typeof(TY) == typeof(DenseSource<T>) ? y + i : y;
        StorePartial(V.Select(V.LoadMask(partial), TX.LoadPartial<V>(restX, n - i), TY.LoadPartial<V>(restY, n - i)), z + i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePartial<V, T>(V value, T* destination, nint count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => Unsafe.CopyBlockUnaligned(destination, &value, (uint)(count * sizeof(T)));
}
