using System.Numerics;
using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>z = xʸ of integers by repeated squaring, wrapping. A negative exponent gives 0 unless |x| is 1.</summary>
internal readonly struct IntegerPowOperator<T> : IBinaryOperator<T>
    where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Invoke<V>(V x, V y)
        where V : unmanaged, ISimd<V, T> => Lanes.Map2<V, T, Power>(x, y);

    private readonly struct Power : IScalarFunction2<T>
    {
        public static T Invoke(T x, T y)
        {
            if (T.IsNegative(y)) return x == T.One || (x == T.Zero - T.One && T.IsEvenInteger(y)) ? T.One : x == T.Zero - T.One ? x : T.Zero;
            var result = T.One;
            for (; y != T.Zero; y >>= 1, x *= x)
                if (T.IsOddInteger(y)) result *= x;
            return result;
        }
    }
}
