using System.Runtime.CompilerServices;

namespace CudaNet.Cpu.Simd;

/// <summary>Conversion of the 16-bit floating formats from and to float, and of <see cref="BiasedByte"/> to float, a vector at a time.</summary>
/// <remarks>Bits stand in the low 16 of each 32-bit lane. Written over T (always float) so that code generic over T can call it.</remarks>
internal static unsafe class HalfFormats
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>Loads a vector of T = float or double from TSource = T, or of float from Half, bfloat16 (ushort) or <see cref="BiasedByte"/>.</summary>
    [MethodImpl(Inline)]
    public static V Load<V, T, TSource>(TSource* source)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TSource : unmanaged
    {
        if (typeof(TSource) == typeof(Half)) return FromHalf<V, T>(V.LoadWidened((ushort*)source));
        if (typeof(TSource) == typeof(ushort)) return FromBFloat16<V, T>(V.LoadWidened((ushort*)source));
        if (typeof(TSource) == typeof(BiasedByte)) return V.ToFloating(V.SubtractBits(V.LoadWidened((byte*)source), Bits<V, T>(BiasedByte.Zero)));
        return V.Load((T*)source);
    }

    /// <summary>One value of T = float or double from TSource = T, or of float from Half, bfloat16 (ushort) or <see cref="BiasedByte"/>.</summary>
    [MethodImpl(Inline)]
    public static T Load<T, TSource>(TSource* source)
        where T : unmanaged
        where TSource : unmanaged
    {
        if (typeof(TSource) == typeof(Half)) return Unsafe.BitCast<float, T>((float)*(Half*)source);
        if (typeof(TSource) == typeof(ushort)) return Unsafe.BitCast<int, T>(*(ushort*)source << 16);
        if (typeof(TSource) == typeof(BiasedByte)) return Unsafe.BitCast<float, T>(((BiasedByte*)source)->Value);
        return *(T*)source;
    }

    /// <summary>bfloat16 to float: the upper half of its bits.</summary>
    [MethodImpl(Inline)]
    public static V FromBFloat16<V, T>(V bits)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.ShiftLeftBits(bits, 16);

    /// <summary>float to bfloat16, nearest, ties to even; NaN stays NaN (made quiet).</summary>
    [MethodImpl(Inline)]
    public static V ToBFloat16<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V high = V.ShiftRightBits(x, 16);
        V rounded = V.ShiftRightBits(V.AddBits(x, V.AddBits(Bits<V, T>(0x7fff), high & Bits<V, T>(1))), 16);
        return V.Select(V.Equal(x, x), rounded, high | Bits<V, T>(0x40));
    }

    /// <summary>Half to float, exact.</summary>
    [MethodImpl(Inline)]
    public static V FromHalf<V, T>(V bits)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        // The product with 2¹¹² moves the exponent bias and makes subnormals normal in one exact step.
        V shifted = V.ShiftLeftBits(bits & Bits<V, T>(0x7fff), 13);
        V value = shifted * V.Create(Unsafe.BitCast<float, T>(5.192296858534828e33f));
        V special = V.LessOrEqual(V.Create(Unsafe.BitCast<float, T>(65536f)), value) & Bits<V, T>(0x7f800000);
        V sign = V.ShiftLeftBits(bits & Bits<V, T>(0x8000), 16);
        return value | special | sign;
    }

    /// <summary>float to Half, nearest, ties to even; overflow gives ±∞, NaN stays NaN.</summary>
    [MethodImpl(Inline)]
    public static V ToHalf<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V sign = x & Bits<V, T>(int.MinValue);
        V size = x ^ sign;

        // Normal results: move the bias from 127 to 15 and round at bit 13.
        V odd = V.ShiftRightBits(size, 13) & Bits<V, T>(1);
        V normal = V.ShiftRightBits(V.AddBits(V.AddBits(size, Bits<V, T>(unchecked((int)0xc8000fff))), odd), 13);

        // Subnormal results: adding ½ lines the bits up and the adder rounds them.
        V half = V.Create(Unsafe.BitCast<float, T>(0.5f));
        V subnormal = V.SubtractBits(size + half, half);

        V result = V.Select(V.Less(size, V.Create(Unsafe.BitCast<float, T>(6.1035156e-5f))), subnormal, normal);
        result = V.Select(V.Less(size, V.Create(Unsafe.BitCast<float, T>(65520f))), result, Bits<V, T>(0x7c00));
        result = V.Select(V.Equal(x, x), result, Bits<V, T>(0x7e00));
        return result | V.ShiftRightBits(sign, 16);
    }

    [MethodImpl(Inline)]
    private static V Bits<V, T>(int bits)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.Create(Unsafe.BitCast<int, T>(bits));
}
