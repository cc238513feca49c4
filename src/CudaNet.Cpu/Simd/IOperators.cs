namespace CudaNet.Cpu.Simd;

/// <summary>y = f(x) lane by lane, written once for every vector width.</summary>
internal interface IUnaryOperator<T>
    where T : unmanaged
{
    static abstract V Invoke<V>(V x)
        where V : unmanaged, ISimd<V, T>;
}

/// <summary>z = f(x, y) lane by lane, written once for every vector width.</summary>
internal interface IBinaryOperator<T>
    where T : unmanaged
{
    static abstract V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T>;
}

/// <summary>w = f(x, y, z) lane by lane, written once for every vector width.</summary>
internal interface ITernaryOperator<T>
    where T : unmanaged
{
    static abstract V Invoke<V>(V x, V y, V z)
        where V : unmanaged, ISimd<V, T>;
}

/// <summary>A relation of x and y: the lanes of the result are masks.</summary>
internal interface ICompareOperator<T>
    where T : unmanaged
{
    static abstract V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T>;
}

/// <summary>An associative and commutative operation with a neutral element.</summary>
internal interface IReduceOperator<T> : IBinaryOperator<T>
    where T : unmanaged
{
    /// <summary>e with f(e, x) = x.</summary>
    static abstract T Identity { get; }
}

/// <summary>A function of one number, for <see cref="Lanes"/>.</summary>
internal interface IScalarFunction<T>
    where T : unmanaged
{
    static abstract T Invoke(T x);
}

/// <summary>A function of two numbers, for <see cref="Lanes"/>.</summary>
internal interface IScalarFunction2<T>
    where T : unmanaged
{
    static abstract T Invoke(T x, T y);
}
