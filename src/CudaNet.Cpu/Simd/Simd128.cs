using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Cpu.Simd;

/// <summary>128-bit vector of T: see <see cref="ISimd{TSelf, T}"/>.</summary>
internal readonly unsafe struct Simd128<T>(Vector128<T> value) : ISimd<Simd128<T>, T>
    where T : unmanaged
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The wrapped vector.</summary>
    public readonly Vector128<T> Value = value;

    public static int Count { [MethodImpl(Inline)] get => Vector128<T>.Count; }

    public static Simd128<T> Zero { [MethodImpl(Inline)] get => new(Vector128<T>.Zero); }

    [MethodImpl(Inline)]
    public static Simd128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(Inline)]
    public static void Store(Simd128<T> value, T* destination) => Vector128.Store(value.Value, destination);

    [MethodImpl(Inline)]
    public static Simd128<T> LoadPartial(T* source, nint count, Simd128<T> other) => SimdBytes.Load(source, count, other);

    [MethodImpl(Inline)]
    public static void StorePartial(Simd128<T> value, T* destination, nint count) => SimdBytes.Store(value, destination, count);

    [MethodImpl(Inline)]
    public static T Fold<TReduce>(Simd128<T> value)
        where TReduce : struct, IReduceOperator<T>
    {
        if (sizeof(T) == 1)
        {
            value = TReduce.Invoke(value, new(Vector128.ShiftRightLogical(value.Value.As<T, ushort>(), 8).As<ushort, T>()));
            value = TReduce.Invoke(value, new(Vector128.ShiftRightLogical(value.Value.As<T, uint>(), 16).As<uint, T>()));
        }
        if (sizeof(T) <= 4) value = TReduce.Invoke(value, new(Vector128.Shuffle(value.Value.As<T, int>(), Vector128.Create(2, 3, 2, 3)).As<int, T>()));
        value = TReduce.Invoke(value, sizeof(T) <= 4
            ? new(Vector128.Shuffle(value.Value.As<T, int>(), Vector128.Create(1, 1, 1, 1)).As<int, T>())
            : new(Vector128.Shuffle(value.Value.As<T, long>(), Vector128.Create(1L, 1L)).As<long, T>()));
        return value.Value.ToScalar();
    }

    [MethodImpl(Inline)]
    public static Simd128<T> Create(T value) => new(Vector128.Create(value));

    [MethodImpl(Inline)]
    public static Simd128<T> operator +(Simd128<T> a, Simd128<T> b) => new(a.Value + b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator -(Simd128<T> a, Simd128<T> b) => new(a.Value - b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator *(Simd128<T> a, Simd128<T> b) => new(a.Value * b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator /(Simd128<T> a, Simd128<T> b) => new(a.Value / b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator &(Simd128<T> a, Simd128<T> b) => new(a.Value & b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator |(Simd128<T> a, Simd128<T> b) => new(a.Value | b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator ^(Simd128<T> a, Simd128<T> b) => new(a.Value ^ b.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator -(Simd128<T> a) => new(-a.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> operator ~(Simd128<T> a) => new(~a.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> Fma(Simd128<T> a, Simd128<T> b, Simd128<T> c) =>
        typeof(T) == typeof(float) ? new(Vector128.FusedMultiplyAdd(a.Value.As<T, float>(), b.Value.As<T, float>(), c.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.FusedMultiplyAdd(a.Value.As<T, double>(), b.Value.As<T, double>(), c.Value.As<T, double>()).As<double, T>())
        : new((a.Value * b.Value) + c.Value);

    [MethodImpl(Inline)]
    public static Simd128<T> FmaNegated(Simd128<T> a, Simd128<T> b, Simd128<T> c) =>
        typeof(T) == typeof(float) ? new(Vector128.FusedMultiplyAdd(-a.Value.As<T, float>(), b.Value.As<T, float>(), c.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.FusedMultiplyAdd(-a.Value.As<T, double>(), b.Value.As<T, double>(), c.Value.As<T, double>()).As<double, T>())
        : new(c.Value - (a.Value * b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Max(Simd128<T> a, Simd128<T> b) => new(Vector128.Max(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Min(Simd128<T> a, Simd128<T> b) => new(Vector128.Min(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> MaxNative(Simd128<T> a, Simd128<T> b) => new(Vector128.MaxNative(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> MinNative(Simd128<T> a, Simd128<T> b) => new(Vector128.MinNative(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Equal(Simd128<T> a, Simd128<T> b) => new(Vector128.Equals(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Less(Simd128<T> a, Simd128<T> b) => new(Vector128.LessThan(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> LessOrEqual(Simd128<T> a, Simd128<T> b) => new(Vector128.LessThanOrEqual(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Floor(Simd128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Floor(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Floor(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd128<T> Ceiling(Simd128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Ceiling(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Ceiling(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd128<T> Truncate(Simd128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Truncate(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Truncate(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd128<T> Round(Simd128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Round(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Round(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd128<T> Abs(Simd128<T> a) => new(Vector128.Abs(a.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Sqrt(Simd128<T> a) => new(Vector128.Sqrt(a.Value));

    [MethodImpl(Inline)]
    public static Simd128<T> Select(Simd128<T> mask, Simd128<T> a, Simd128<T> b) =>
        new(Vector128.ConditionalSelect(mask.Value, a.Value, b.Value));

    [MethodImpl(Inline)]
    public static bool Any(Simd128<T> mask) => mask.Value.As<T, int>() != Vector128<int>.Zero;

    [MethodImpl(Inline)]
    public static Simd128<T> AddBits(Simd128<T> a, Simd128<T> b) =>
        sizeof(T) == 4 ? new((a.Value.As<T, int>() + b.Value.As<T, int>()).As<int, T>()) : new((a.Value.As<T, long>() + b.Value.As<T, long>()).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> SubtractBits(Simd128<T> a, Simd128<T> b) =>
        sizeof(T) == 4 ? new((a.Value.As<T, int>() - b.Value.As<T, int>()).As<int, T>()) : new((a.Value.As<T, long>() - b.Value.As<T, long>()).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> ShiftLeftBits(Simd128<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector128.ShiftLeft(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector128.ShiftLeft(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> ShiftRightBits(Simd128<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector128.ShiftRightLogical(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector128.ShiftRightLogical(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> ShiftRightSignedBits(Simd128<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector128.ShiftRightArithmetic(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector128.ShiftRightArithmetic(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> ToFloating(Simd128<T> bits) => sizeof(T) == 4
        ? new(Vector128.ConvertToSingle(bits.Value.As<T, int>()).As<float, T>())
        : new(Vector128.ConvertToDouble(bits.Value.As<T, long>()).As<double, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> Scale(Simd128<T> a, Simd128<T> n)
    {
        if (Avx512F.VL.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new(Avx512F.VL.Scale(a.Value.As<T, float>(), n.Value.As<T, float>()).As<float, T>())
                : new(Avx512F.VL.Scale(a.Value.As<T, double>(), n.Value.As<T, double>()).As<double, T>());
        }
        // 2^n in two factors: each is a normal number for every n whose result is not 0 or infinite.
        if (typeof(T) == typeof(float))
        {
            var whole = Vector128.ConvertToInt32(Vector128.MinNative(Vector128.MaxNative(n.Value.As<T, float>(), Vector128.Create(-252f)), Vector128.Create(254f)));
            var half = Vector128.ShiftRightArithmetic(whole, 1);
            var bias = Vector128.Create(127);
            var first = Vector128.ShiftLeft(half + bias, 23).AsSingle();
            var second = Vector128.ShiftLeft(whole - half + bias, 23).AsSingle();
            return new((a.Value.As<T, float>() * first * second).As<float, T>());
        }
        else
        {
            var whole = Vector128.ConvertToInt64(Vector128.MinNative(Vector128.MaxNative(n.Value.As<T, double>(), Vector128.Create(-2044d)), Vector128.Create(2046d)));
            var half = whole - Vector128.ShiftRightLogical(whole + Vector128.Create(2048L), 1) + Vector128.Create(1024L);
            var bias = Vector128.Create(1023L);
            var first = Vector128.ShiftLeft(whole - half + bias, 52).AsDouble();
            var second = Vector128.ShiftLeft(half + bias, 52).AsDouble();
            return new((a.Value.As<T, double>() * first * second).As<double, T>());
        }
    }

    [MethodImpl(Inline)]
    public static void StoreMask(Simd128<T> mask, byte* destination)
    {
        switch (sizeof(T))
        {
            case 1:
                Vector128.Store(mask.Value.AsByte() & Vector128.Create((byte)1), destination);
                break;
            case 2:
                var bytes = Vector128.Narrow(mask.Value.AsInt16(), Vector128<short>.Zero).AsUInt64().ToScalar();
                *(ulong*)destination = bytes & 0x0101010101010101;
                break;
            case 4:
                var shorts = Vector128.Narrow(mask.Value.As<T, int>(), Vector128<int>.Zero);
                *(uint*)destination = Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar() & 0x01010101;
                break;
            default:
                destination[0] = (byte)(mask.Value.As<T, long>()[0] & 1);
                destination[1] = (byte)(mask.Value.As<T, long>()[1] & 1);
                break;
        }
    }

    [MethodImpl(Inline)]
    public static Simd128<T> LoadMask(byte* source)
    {
        switch (sizeof(T))
        {
            case 1:
                return new((~Vector128.Equals(Vector128.Load(source), Vector128<byte>.Zero)).As<byte, T>());
            case 2:
                return new((~Vector128.Equals(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsByte()), Vector128<ushort>.Zero)).As<ushort, T>());
            case 4:
                var wide = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(*(uint*)source).AsByte()));
                return new((~Vector128.Equals(wide, Vector128<uint>.Zero)).As<uint, T>());
            default:
                return new(Vector128.Create(source[0] != 0 ? -1L : 0L, source[1] != 0 ? -1L : 0L).As<long, T>());
        }
    }

    [MethodImpl(Inline)]
    public static Simd128<T> LoadWidened(ushort* source) =>
        new(Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)source).AsUInt16()).As<uint, T>());

    [MethodImpl(Inline)]
    public static Simd128<T> LoadWidened(byte* source) =>
        new(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(*(uint*)source).AsByte())).As<uint, T>());

    [MethodImpl(Inline)]
    public static void StoreNarrowed(Simd128<T> value, ushort* destination)
    {
        var bits = value.Value.As<T, int>().AsUInt32();
        *(ulong*)destination = Vector128.Narrow(bits, bits).AsUInt64().ToScalar();
    }

    [MethodImpl(Inline)]
    public static void StoreNarrowed(Simd128<T> value, byte* destination)
    {
        var bits = value.Value.As<T, int>().AsUInt32();
        var shorts = Vector128.Narrow(bits, bits);
        *(uint*)destination = Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar();
    }
}
