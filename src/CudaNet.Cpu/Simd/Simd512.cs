using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Cpu.Simd;

/// <summary>512-bit vector of T: see <see cref="ISimd{TSelf, T}"/>.</summary>
internal readonly unsafe struct Simd512<T>(Vector512<T> value) : ISimd<Simd512<T>, T>
    where T : unmanaged
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The wrapped vector.</summary>
    public readonly Vector512<T> Value = value;

    public static int Count { [MethodImpl(Inline)] get => Vector512<T>.Count; }

    public static Simd512<T> Zero { [MethodImpl(Inline)] get => new(Vector512<T>.Zero); }

    [MethodImpl(Inline)]
    public static Simd512<T> Load(T* source) => new(Vector512.Load(source));

    [MethodImpl(Inline)]
    public static void Store(Simd512<T> value, T* destination) => Vector512.Store(value.Value, destination);

    [MethodImpl(Inline)]
    public static Simd512<T> LoadPartial(T* source, nint count, Simd512<T> other)
    {
        // Adds 0, which the JIT does not know: it takes the address of a local variable here for 0 (.NET 10.0.12).
        source += count >> 62;
        if (sizeof(T) == 4 && Avx512F.IsSupported)
            return new(Avx512F.MaskLoad((int*)source, First32(count), other.Value.As<T, int>()).As<int, T>());
        if (sizeof(T) == 8 && Avx512F.IsSupported)
            return new(Avx512F.MaskLoad((long*)source, First64(count), other.Value.As<T, long>()).As<long, T>());
        return SimdBytes.Load(source, count, other);
    }

    [MethodImpl(Inline)]
    public static void StorePartial(Simd512<T> value, T* destination, nint count)
    {
        if (sizeof(T) == 4 && Avx512F.IsSupported) Avx512F.MaskStore((int*)destination, First32(count), value.Value.As<T, int>());
        else if (sizeof(T) == 8 && Avx512F.IsSupported) Avx512F.MaskStore((long*)destination, First64(count), value.Value.As<T, long>());
        else SimdBytes.Store(value, destination, count);
    }

    [MethodImpl(Inline)]
    private static Vector512<int> First32(nint count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count));

    [MethodImpl(Inline)]
    private static Vector512<long> First64(nint count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count));

    [MethodImpl(Inline)]
    public static T Fold<TReduce>(Simd512<T> value)
        where TReduce : struct, IReduceOperator<T> =>
        Simd256<T>.Fold<TReduce>(TReduce.Invoke(new Simd256<T>(value.Value.GetLower()), new Simd256<T>(value.Value.GetUpper())));

    [MethodImpl(Inline)]
    public static Simd512<T> Create(T value) => new(Vector512.Create(value));

    [MethodImpl(Inline)]
    public static Simd512<T> operator +(Simd512<T> a, Simd512<T> b) => new(a.Value + b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator -(Simd512<T> a, Simd512<T> b) => new(a.Value - b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator *(Simd512<T> a, Simd512<T> b) => new(a.Value * b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator /(Simd512<T> a, Simd512<T> b) => new(a.Value / b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator &(Simd512<T> a, Simd512<T> b) => new(a.Value & b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator |(Simd512<T> a, Simd512<T> b) => new(a.Value | b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator ^(Simd512<T> a, Simd512<T> b) => new(a.Value ^ b.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator -(Simd512<T> a) => new(-a.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> operator ~(Simd512<T> a) => new(~a.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> Fma(Simd512<T> a, Simd512<T> b, Simd512<T> c) =>
        typeof(T) == typeof(float) ? new(Vector512.FusedMultiplyAdd(a.Value.As<T, float>(), b.Value.As<T, float>(), c.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.FusedMultiplyAdd(a.Value.As<T, double>(), b.Value.As<T, double>(), c.Value.As<T, double>()).As<double, T>())
        : new((a.Value * b.Value) + c.Value);

    [MethodImpl(Inline)]
    public static Simd512<T> FmaNegated(Simd512<T> a, Simd512<T> b, Simd512<T> c) =>
        typeof(T) == typeof(float) ? new(Vector512.FusedMultiplyAdd(-a.Value.As<T, float>(), b.Value.As<T, float>(), c.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.FusedMultiplyAdd(-a.Value.As<T, double>(), b.Value.As<T, double>(), c.Value.As<T, double>()).As<double, T>())
        : new(c.Value - (a.Value * b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Max(Simd512<T> a, Simd512<T> b) => new(Vector512.Max(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Min(Simd512<T> a, Simd512<T> b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> MaxNative(Simd512<T> a, Simd512<T> b) => new(Vector512.MaxNative(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> MinNative(Simd512<T> a, Simd512<T> b) => new(Vector512.MinNative(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Equal(Simd512<T> a, Simd512<T> b) => new(Vector512.Equals(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Less(Simd512<T> a, Simd512<T> b) => new(Vector512.LessThan(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> LessOrEqual(Simd512<T> a, Simd512<T> b) => new(Vector512.LessThanOrEqual(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Floor(Simd512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Floor(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Floor(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd512<T> Ceiling(Simd512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Ceiling(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Ceiling(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd512<T> Truncate(Simd512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Truncate(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Truncate(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd512<T> Round(Simd512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Round(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Round(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd512<T> Abs(Simd512<T> a) => new(Vector512.Abs(a.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Sqrt(Simd512<T> a) => new(Vector512.Sqrt(a.Value));

    [MethodImpl(Inline)]
    public static Simd512<T> Select(Simd512<T> mask, Simd512<T> a, Simd512<T> b) =>
        new(Vector512.ConditionalSelect(mask.Value, a.Value, b.Value));

    [MethodImpl(Inline)]
    public static bool Any(Simd512<T> mask) => mask.Value.As<T, int>() != Vector512<int>.Zero;

    [MethodImpl(Inline)]
    public static Simd512<T> AddBits(Simd512<T> a, Simd512<T> b) =>
        sizeof(T) == 4 ? new((a.Value.As<T, int>() + b.Value.As<T, int>()).As<int, T>()) : new((a.Value.As<T, long>() + b.Value.As<T, long>()).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd512<T> SubtractBits(Simd512<T> a, Simd512<T> b) =>
        sizeof(T) == 4 ? new((a.Value.As<T, int>() - b.Value.As<T, int>()).As<int, T>()) : new((a.Value.As<T, long>() - b.Value.As<T, long>()).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd512<T> ShiftLeftBits(Simd512<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector512.ShiftLeft(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector512.ShiftLeft(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd512<T> ShiftRightBits(Simd512<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector512.ShiftRightLogical(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector512.ShiftRightLogical(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd512<T> ShiftRightSignedBits(Simd512<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector512.ShiftRightArithmetic(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector512.ShiftRightArithmetic(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd512<T> ToFloating(Simd512<T> bits) => sizeof(T) == 4
        ? new(Vector512.ConvertToSingle(bits.Value.As<T, int>()).As<float, T>())
        : new(Vector512.ConvertToDouble(bits.Value.As<T, long>()).As<double, T>());

    [MethodImpl(Inline)]
    public static Simd512<T> Scale(Simd512<T> a, Simd512<T> n)
    {
        if (Avx512F.IsSupported)
        {
            return typeof(T) == typeof(float)
                ? new(Avx512F.Scale(a.Value.As<T, float>(), n.Value.As<T, float>()).As<float, T>())
                : new(Avx512F.Scale(a.Value.As<T, double>(), n.Value.As<T, double>()).As<double, T>());
        }
        // 2^n in two factors: each is a normal number for every n whose result is not 0 or infinite.
        if (typeof(T) == typeof(float))
        {
            var whole = Vector512.ConvertToInt32(Vector512.MinNative(Vector512.MaxNative(n.Value.As<T, float>(), Vector512.Create(-252f)), Vector512.Create(254f)));
            var half = Vector512.ShiftRightArithmetic(whole, 1);
            var bias = Vector512.Create(127);
            var first = Vector512.ShiftLeft(half + bias, 23).AsSingle();
            var second = Vector512.ShiftLeft(whole - half + bias, 23).AsSingle();
            return new((a.Value.As<T, float>() * first * second).As<float, T>());
        }
        else
        {
            var whole = Vector512.ConvertToInt64(Vector512.MinNative(Vector512.MaxNative(n.Value.As<T, double>(), Vector512.Create(-2044d)), Vector512.Create(2046d)));
            var half = whole - Vector512.ShiftRightLogical(whole + Vector512.Create(2048L), 1) + Vector512.Create(1024L);
            var bias = Vector512.Create(1023L);
            var first = Vector512.ShiftLeft(whole - half + bias, 52).AsDouble();
            var second = Vector512.ShiftLeft(half + bias, 52).AsDouble();
            return new((a.Value.As<T, double>() * first * second).As<double, T>());
        }
    }

    [MethodImpl(Inline)]
    public static void StoreMask(Simd512<T> mask, byte* destination)
    {
        if (sizeof(T) == 1)
        {
            Vector512.Store(mask.Value.AsByte() & Vector512.Create((byte)1), destination);
        }
        else if (sizeof(T) == 4 && Avx512F.IsSupported)
        {
            Vector128.Store(Avx512F.ConvertToVector128Byte(mask.Value.As<T, int>().AsUInt32()) & Vector128.Create((byte)1), destination);
        }
        else if (sizeof(T) == 8 && Avx512F.IsSupported)
        {
            *(ulong*)destination = Avx512F.ConvertToVector128Byte(mask.Value.As<T, long>().AsUInt64()).AsUInt64().ToScalar() & 0x0101010101010101;
        }
        else
        {
            Simd256<T>.StoreMask(new(mask.Value.GetLower()), destination);
            Simd256<T>.StoreMask(new(mask.Value.GetUpper()), destination + Vector256<T>.Count);
        }
    }

    [MethodImpl(Inline)]
    public static Simd512<T> LoadMask(byte* source)
    {
        if (sizeof(T) == 1) return new((~Vector512.Equals(Vector512.Load(source), Vector512<byte>.Zero)).As<byte, T>());
        if (sizeof(T) == 4 && Avx512F.IsSupported)
        {
            return new((~Vector512.Equals(Avx512F.ConvertToVector512Int32(Vector128.Load(source)), Vector512<int>.Zero)).As<int, T>());
        }

        if (sizeof(T) == 8 && Avx512F.IsSupported)
        {
            return new((~Vector512.Equals(Avx512F.ConvertToVector512Int64(Vector128.CreateScalar(*(ulong*)source).AsByte()), Vector512<long>.Zero)).As<long, T>());
        }

        return new(Vector512.Create(Simd256<T>.LoadMask(source).Value, Simd256<T>.LoadMask(source + Vector256<T>.Count).Value));
    }

    [MethodImpl(Inline)]
    public static Simd512<T> LoadWidened(ushort* source) => Avx512F.IsSupported
        ? new(Avx512F.ConvertToVector512Int32(Vector256.Load(source)).As<int, T>())
        : new(Vector512.Create(Simd256<T>.LoadWidened(source).Value, Simd256<T>.LoadWidened(source + 8).Value));

    [MethodImpl(Inline)]
    public static Simd512<T> LoadWidened(byte* source) => Avx512F.IsSupported
        ? new(Avx512F.ConvertToVector512Int32(Vector128.Load(source)).As<int, T>())
        : new(Vector512.Create(Simd256<T>.LoadWidened(source).Value, Simd256<T>.LoadWidened(source + 8).Value));

    [MethodImpl(Inline)]
    public static void StoreNarrowed(Simd512<T> value, ushort* destination)
    {
        if (Avx512F.IsSupported) Vector256.Store(Avx512F.ConvertToVector256UInt16(value.Value.As<T, int>().AsUInt32()), destination);
        else Vector256.Store(Vector256.Narrow(value.Value.As<T, int>().GetLower().AsUInt32(), value.Value.As<T, int>().GetUpper().AsUInt32()), destination);
    }

    [MethodImpl(Inline)]
    public static void StoreNarrowed(Simd512<T> value, byte* destination)
    {
        if (Avx512F.IsSupported)
        {
            Vector128.Store(Avx512F.ConvertToVector128Byte(value.Value.As<T, int>().AsUInt32()), destination);
            return;
        }

        Simd256<T>.StoreNarrowed(new(value.Value.GetLower()), destination);
        Simd256<T>.StoreNarrowed(new(value.Value.GetUpper()), destination + 8);
    }
}
