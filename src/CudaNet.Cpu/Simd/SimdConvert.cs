using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CudaNet.Cpu.Simd;

/// <summary>Conversion between element types over contiguous memory.</summary>
/// <remarks>
/// <para>Types: float, double, <see cref="Half"/>, ushort as the bits of a bfloat16, int, long, byte, and bool as a byte of 0 or 1.</para>
/// <para>To a narrower floating type: nearest, ties to even, overflow to ±∞, NaN stays NaN. Double goes to the 16-bit formats
/// by way of float, as in PyTorch. Floating to integer truncates towards 0; values out of range saturate and NaN gives 0
/// (PyTorch leaves both undefined), except that byte takes the low 8 bits of the truncated value as C does for small values.
/// Integer to integer keeps the low bits. To bool: 1 where the value is not 0, NaN included.</para>
/// <para>Source and destination are the same memory only for types of the same size, and do not overlap otherwise.</para>
/// </remarks>
internal static unsafe class SimdConvert
{
    // Elements of the intermediate block between two vectorised halves of a conversion: stays in L1.
    private const int BlockLength = 1024;

    /// <summary>destination[i] = source[i] as TTo.</summary>
    public static void Run<TFrom, TTo>(TFrom* source, TTo* destination, nint n)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(TTo))
        {
            if (source != (TFrom*)destination) Buffer.MemoryCopy(source, destination, n * sizeof(TTo), n * sizeof(TTo));
        }
        else if (IsLoadedAsFloat<TFrom>() && IsStoredFromFloat<TTo>())
        {
            Wide<TFrom, TTo>(source, destination, n);
        }
        else if ((IsSixteenBits<TFrom>() && !IsStoredFromFloat<TTo>()) || (IsSixteenBits<TTo>() && !IsLoadedAsFloat<TFrom>()))
        {
            // Two steps through float, block by block.
            float* block = stackalloc float[BlockLength];
            for (nint i = 0; i < n; i += BlockLength)
            {
                nint count = Math.Min(BlockLength, n - i);
                Run(source + i, block, count);
                Run(block, destination + i, count);
            }
        }
        else
        {
            Plain(source, destination, n);
        }
    }

    /// <summary>One value as TTo.</summary>
    public static TTo Value<TFrom, TTo>(TFrom value)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        TTo result;
        Run(&value, &result, 1);
        return result;
    }

    private static bool IsSixteenBits<T>() => typeof(T) == typeof(Half) || typeof(T) == typeof(ushort);

    private static bool IsLoadedAsFloat<T>() =>
        IsSixteenBits<T>() || typeof(T) == typeof(float) || typeof(T) == typeof(int) || typeof(T) == typeof(byte) || typeof(T) == typeof(bool);

    private static bool IsStoredFromFloat<T>() => IsSixteenBits<T>() || typeof(T) == typeof(float);

    private static void Wide<TFrom, TTo>(TFrom* source, TTo* destination, nint n)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) Core<Simd512<float>, TFrom, TTo>(source, destination, n);
        else if (Vector256.IsHardwareAccelerated) Core<Simd256<float>, TFrom, TTo>(source, destination, n);
        else Core<Simd128<float>, TFrom, TTo>(source, destination, n);
    }

    private static void Core<V, TFrom, TTo>(TFrom* source, TTo* destination, nint n)
        where V : unmanaged, ISimd<V, float>
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        nint whole = n & -V.Count, rest = n - whole;
        Whole<V, TFrom, TTo>(source, destination, whole);
        if (rest == 0) return;
        TFrom* from = stackalloc TFrom[16];
        TTo* to = stackalloc TTo[16];
        new Span<TFrom>(from, 16).Clear();
        Unsafe.CopyBlockUnaligned(from, source + whole, (uint)(rest * sizeof(TFrom)));
        Whole<V, TFrom, TTo>(from, to, V.Count);
        Unsafe.CopyBlockUnaligned(destination + whole, to, (uint)(rest * sizeof(TTo)));
    }

    [MethodImpl(Jit.Hot)]
    private static void Whole<V, TFrom, TTo>(TFrom* source, TTo* destination, nint n)
        where V : unmanaged, ISimd<V, float>
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        for (nint i = 0; i < n; i += V.Count) Store<V, TTo>(Load<V, TFrom>(source + i), destination + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load<V, TFrom>(TFrom* source)
        where V : unmanaged, ISimd<V, float>
        where TFrom : unmanaged
    {
        if (typeof(TFrom) == typeof(int)) return V.ToFloating(V.Load((float*)source));
        if (typeof(TFrom) == typeof(byte) || typeof(TFrom) == typeof(bool)) return V.ToFloating(V.LoadWidened((byte*)source));
        return HalfFormats.Load<V, float, TFrom>(source);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<V, TTo>(V value, TTo* destination)
        where V : unmanaged, ISimd<V, float>
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(Half)) V.StoreNarrowed(HalfFormats.ToHalf<V, float>(value), (ushort*)destination);
        else if (typeof(TTo) == typeof(ushort)) V.StoreNarrowed(HalfFormats.ToBFloat16<V, float>(value), (ushort*)destination);
        else V.Store(value, (float*)destination);
    }

    /// <summary>Pairs of float, double, int, long, byte and bool: simple loops whose bodies the JIT makes one or two instructions.</summary>
    [MethodImpl(Jit.Hot)]
    private static void Plain<TFrom, TTo>(TFrom* source, TTo* destination, nint n)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        nint i = 0;
        if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(double))
        {
            for (; i <= n - 8; i += 8)
            {
                var x = Vector256.Load((float*)source + i);
                Vector512.Store(Vector512.Create(Vector256.WidenLower(x), Vector256.WidenUpper(x)), (double*)destination + i);
            }
        }
        else if (typeof(TFrom) == typeof(double) && typeof(TTo) == typeof(float))
        {
            for (; i <= n - 8; i += 8)
                Vector256.Store(Vector256.Narrow(Vector256.Load((double*)source + i), Vector256.Load((double*)source + i + 4)), (float*)destination + i);
        }
        else if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(int))
        {
            for (; i <= n - 16; i += 16) Vector512.Store(Vector512.ConvertToInt32(Vector512.Load((float*)source + i)), (int*)destination + i);
        }

        for (; i < n; i++) destination[i] = One<TFrom, TTo>(source[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTo One<TFrom, TTo>(TFrom value)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        if (typeof(TFrom) == typeof(float)) return FromFloating<TTo>((double)(float)(object)value, (float)(object)value);
        if (typeof(TFrom) == typeof(double)) return FromFloating<TTo>((double)(object)value, (float)(double)(object)value);
        if (typeof(TFrom) == typeof(int)) return FromWhole<TTo>((int)(object)value);
        if (typeof(TFrom) == typeof(long)) return FromWhole<TTo>((long)(object)value);
        if (typeof(TFrom) == typeof(byte)) return FromWhole<TTo>((byte)(object)value);
        if (typeof(TFrom) == typeof(bool)) return FromWhole<TTo>(*(byte*)&value);
        throw new NotSupportedException($"No conversion from {typeof(TFrom).Name}.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTo FromFloating<TTo>(double wide, float narrow)
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(double)) return (TTo)(object)wide;
        if (typeof(TTo) == typeof(float)) return (TTo)(object)narrow;
        if (typeof(TTo) == typeof(int)) return (TTo)(object)(int)wide;
        if (typeof(TTo) == typeof(long)) return (TTo)(object)(long)wide;
        if (typeof(TTo) == typeof(byte)) return (TTo)(object)unchecked((byte)(long)wide);
        if (typeof(TTo) == typeof(bool)) return (TTo)(object)(wide != 0);
        throw new NotSupportedException($"No conversion to {typeof(TTo).Name}.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TTo FromWhole<TTo>(long value)
        where TTo : unmanaged
    {
        if (typeof(TTo) == typeof(double)) return (TTo)(object)(double)value;
        if (typeof(TTo) == typeof(float)) return (TTo)(object)(float)value;
        if (typeof(TTo) == typeof(int)) return (TTo)(object)unchecked((int)value);
        if (typeof(TTo) == typeof(long)) return (TTo)(object)value;
        if (typeof(TTo) == typeof(byte)) return (TTo)(object)unchecked((byte)value);
        if (typeof(TTo) == typeof(bool)) return (TTo)(object)(value != 0);
        throw new NotSupportedException($"No conversion to {typeof(TTo).Name}.");
    }
}
