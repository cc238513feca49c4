using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>z = x / y. Integers truncate as in C, −2ⁿ / −1 wraps, and 0 as divisor throws <see cref="DivideByZeroException"/>.</summary>
internal readonly struct DivOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? x / y
            : Lanes.Map2<V, T, ScalarDivision.Truncated<T>>(x, y);
}

/// <summary>z = ⌊x / y⌋ with the rounding of Python's <c>//</c>: consistent with <see cref="RemainderOperator{T}"/>.</summary>
internal readonly struct FloorDivOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? VectorDivision.Floored<V, T>(x, y)
            : Lanes.Map2<V, T, ScalarDivision.Floored<T>>(x, y);
}

/// <summary>z = x − y·⌊x / y⌋, the remainder with the sign of the divisor (Python's <c>%</c>).</summary>
internal readonly struct RemainderOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? VectorDivision.FlooredRemainder<V, T>(x, y)
            : Lanes.Map2<V, T, ScalarDivision.FlooredRemainder<T>>(x, y);
}

/// <summary>z = x − y·trunc(x / y), the exact remainder with the sign of the dividend (C's <c>fmod</c>).</summary>
internal readonly struct FmodOperator<T> : IBinaryOperator<T>
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => typeof(T) == typeof(float) || typeof(T) == typeof(double)
            ? VectorDivision.TruncatedRemainder<V, T>(x, y)
            : Lanes.Map2<V, T, ScalarDivision.TruncatedRemainder<T>>(x, y);
}

/// <summary>z = the angle of the point (y = x-argument first: atan2(x, y)) as <see cref="Math.Atan2"/>.</summary>
internal readonly struct Atan2Operator : IBinaryOperator<float>, IBinaryOperator<double>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IBinaryOperator<float>.Invoke<V>(V x, V y) => Lanes.Map2<V, float, Scalar32>(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V IBinaryOperator<double>.Invoke<V>(V x, V y) => Lanes.Map2<V, double, Scalar64>(x, y);

    private readonly struct Scalar32 : IScalarFunction2<float>
    {
        public static float Invoke(float x, float y) => (float)Math.Atan2(x, y);
    }

    private readonly struct Scalar64 : IScalarFunction2<double>
    {
        public static double Invoke(double x, double y) => Math.Atan2(x, y);
    }
}
