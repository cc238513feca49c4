using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>How a loop reads an operand: from an array or from one repeated value.</summary>
internal unsafe interface ISource<T>
    where T : unmanaged
{
    /// <summary>The vector for indices index … index + V.Count − 1.</summary>
    static abstract V Load<V>(T* p, nint index)
        where V : unmanaged, ISimd<V, T>;

    /// <summary>The vector for indices index … index + count − 1; other lanes hold a value of the operand, so that no lane divides by 0 or overflows for nothing.</summary>
    static abstract V LoadPartial<V>(T* p, nint index, nint count)
        where V : unmanaged, ISimd<V, T>;
}

/// <summary>An array.</summary>
internal readonly unsafe struct DenseSource<T> : ISource<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(T* p, nint index)
        where V : unmanaged, ISimd<V, T> => V.Load(p + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V>(T* p, nint index, nint count)
        where V : unmanaged, ISimd<V, T> => LoadPartial<V>(p + index, count);

    /// <summary>As above, from the start of p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V>(T* p, nint count)
        where V : unmanaged, ISimd<V, T> => V.LoadPartial(p, count, V.Create(p[0]));
}

/// <summary>One value for every index.</summary>
internal readonly unsafe struct RepeatedSource<T> : ISource<T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(T* p, nint index)
        where V : unmanaged, ISimd<V, T> => V.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V>(T* p, nint index, nint count)
        where V : unmanaged, ISimd<V, T> => V.Create(*p);
}
