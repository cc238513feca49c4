using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <content>The bodies of the loops, generic over the vector width.</content>
/// <remarks>
/// Each body contains the operator once and calls nothing: the JIT stops inlining large operators when a method grows, and
/// keeps vectors in memory where there are calls. What is left after the whole vectors goes through the same body, padded.
/// </remarks>
internal static unsafe partial class SimdLoop
{
    internal static void UnaryCore<V, T, TOp>(T* x, T* y, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, IUnaryOperator<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        UnaryWhole<V, T, TOp>(x, y, whole);
        if (rest == 0) return;
        V value = DenseSource<T>.LoadPartial<V>(x + whole, rest);
        UnaryWhole<V, T, TOp>((T*)&value, (T*)&value, V.Count);
        V.StorePartial(value, y + whole, rest);
    }

    internal static void BinaryCore<V, T, TOp, TX, TY>(T* x, T* y, T* z, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        BinaryWhole<V, T, TOp, TX, TY>(x, y, z, whole);
        if (rest == 0) return;
        V left = TX.LoadPartial<V>(x, whole, rest), right = TY.LoadPartial<V>(y, whole, rest);
        BinaryWhole<V, T, TOp, TX, TY>((T*)&left, (T*)&right, (T*)&left, V.Count);
        V.StorePartial(left, z + whole, rest);
    }

    internal static void TernaryCore<V, T, TOp, TX, TY, TZ>(T* x, T* y, T* z, T* w, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
        where TZ : struct, ISource<T>
    {
        nint whole = n & -V.Count, rest = n - whole;
        TernaryWhole<V, T, TOp, TX, TY, TZ>(x, y, z, w, whole);
        if (rest == 0) return;
        V first = TX.LoadPartial<V>(x, whole, rest), second = TY.LoadPartial<V>(y, whole, rest), third = TZ.LoadPartial<V>(z, whole, rest);
        TernaryWhole<V, T, TOp, TX, TY, TZ>((T*)&first, (T*)&second, (T*)&third, (T*)&first, V.Count);
        V.StorePartial(first, w + whole, rest);
    }

    internal static void CompareCore<V, T, TOp, TX, TY>(T* x, T* y, byte* mask, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, ICompareOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        byte* partial = stackalloc byte[64];
        nint whole = n & -V.Count, rest = n - whole;
        CompareWhole<V, T, TOp, TX, TY>(x, y, mask, whole);
        if (rest == 0) return;
        V left = TX.LoadPartial<V>(x, whole, rest), right = TY.LoadPartial<V>(y, whole, rest);
        CompareWhole<V, T, TOp, TX, TY>((T*)&left, (T*)&right, partial, V.Count);
        Unsafe.CopyBlockUnaligned(mask + whole, partial, (uint)rest);
    }

    internal static void WhereCore<V, T, TX, TY>(byte* mask, T* x, T* y, T* z, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        byte* partial = stackalloc byte[64];
        nint whole = n & -V.Count, rest = n - whole;
        WhereWhole<V, T, TX, TY>(mask, x, y, z, whole);
        if (rest == 0) return;
        Unsafe.CopyBlockUnaligned(partial, mask + whole, (uint)rest);
        V left = TX.LoadPartial<V>(x, whole, rest), right = TY.LoadPartial<V>(y, whole, rest);
        WhereWhole<V, T, TX, TY>(partial, (T*)&left, (T*)&right, (T*)&left, V.Count);
        V.StorePartial(left, z + whole, rest);
    }

    [MethodImpl(Jit.Hot)]
    private static void UnaryWhole<V, T, TOp>(T* x, T* y, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, IUnaryOperator<T>
    {
        for (nint i = 0; i < n; i += V.Count) V.Store(TOp.Invoke(V.Load(x + i)), y + i);
    }

    [MethodImpl(Jit.Hot)]
    private static void BinaryWhole<V, T, TOp, TX, TY>(T* x, T* y, T* z, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, IBinaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        for (nint i = 0; i < n; i += V.Count) V.Store(TOp.Invoke(TX.Load<V>(x, i), TY.Load<V>(y, i)), z + i);
    }

    [MethodImpl(Jit.Hot)]
    private static void TernaryWhole<V, T, TOp, TX, TY, TZ>(T* x, T* y, T* z, T* w, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, ITernaryOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
        where TZ : struct, ISource<T>
    {
        for (nint i = 0; i < n; i += V.Count) V.Store(TOp.Invoke(TX.Load<V>(x, i), TY.Load<V>(y, i), TZ.Load<V>(z, i)), w + i);
    }

    [MethodImpl(Jit.Hot)]
    private static void CompareWhole<V, T, TOp, TX, TY>(T* x, T* y, byte* mask, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TOp : struct, ICompareOperator<T>
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        for (nint i = 0; i < n; i += V.Count) V.StoreMask(TOp.Invoke(TX.Load<V>(x, i), TY.Load<V>(y, i)), mask + i);
    }

    [MethodImpl(Jit.Hot)]
    private static void WhereWhole<V, T, TX, TY>(byte* mask, T* x, T* y, T* z, nint n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TX : struct, ISource<T>
        where TY : struct, ISource<T>
    {
        for (nint i = 0; i < n; i += V.Count) V.Store(V.Select(V.LoadMask(mask + i), TX.Load<V>(x, i), TY.Load<V>(y, i)), z + i);
    }
}
