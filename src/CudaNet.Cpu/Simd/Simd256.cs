using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CudaNet.Cpu.Simd;

/// <summary>256-bit vector of T: see <see cref="ISimd{TSelf, T}"/>.</summary>
internal readonly unsafe struct Simd256<T>(Vector256<T> value) : ISimd<Simd256<T>, T>
    where T : unmanaged
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The wrapped vector.</summary>
    public readonly Vector256<T> Value = value;

    public static int Count { [MethodImpl(Inline)] get => Vector256<T>.Count; }

    public static Simd256<T> Zero { [MethodImpl(Inline)] get => new(Vector256<T>.Zero); }

    [MethodImpl(Inline)]
    public static Simd256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(Inline)]
    public static void Store(Simd256<T> value, T* destination) => Vector256.Store(value.Value, destination);

    [MethodImpl(Inline)]
    public static Simd256<T> LoadPartial(T* source, nint count, Simd256<T> other)
    {
        if (sizeof(T) == 4 && Avx2.IsSupported)
        {
            var first = First32(count);
            return new(Vector256.ConditionalSelect(first, Avx2.MaskLoad((int*)source, first), other.Value.As<T, int>()).As<int, T>());
        }
        if (sizeof(T) == 8 && Avx2.IsSupported)
        {
            var first = First64(count);
            return new(Vector256.ConditionalSelect(first, Avx2.MaskLoad((long*)source, first), other.Value.As<T, long>()).As<long, T>());
        }
        return SimdBytes.Load(source, count, other);
    }

    [MethodImpl(Inline)]
    public static void StorePartial(Simd256<T> value, T* destination, nint count)
    {
        if (sizeof(T) == 4 && Avx2.IsSupported) Avx2.MaskStore((int*)destination, First32(count), value.Value.As<T, int>());
        else if (sizeof(T) == 8 && Avx2.IsSupported) Avx2.MaskStore((long*)destination, First64(count), value.Value.As<T, long>());
        else SimdBytes.Store(value, destination, count);
    }

    [MethodImpl(Inline)]
    private static Vector256<int> First32(nint count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)count));

    [MethodImpl(Inline)]
    private static Vector256<long> First64(nint count) => Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count));

    [MethodImpl(Inline)]
    public static T Fold<TReduce>(Simd256<T> value)
        where TReduce : struct, IReduceOperator<T> =>
        Simd128<T>.Fold<TReduce>(TReduce.Invoke(new Simd128<T>(value.Value.GetLower()), new Simd128<T>(value.Value.GetUpper())));

    [MethodImpl(Inline)]
    public static Simd256<T> Create(T value) => new(Vector256.Create(value));

    [MethodImpl(Inline)]
    public static Simd256<T> operator +(Simd256<T> a, Simd256<T> b) => new(a.Value + b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator -(Simd256<T> a, Simd256<T> b) => new(a.Value - b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator *(Simd256<T> a, Simd256<T> b) => new(a.Value * b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator /(Simd256<T> a, Simd256<T> b) => new(a.Value / b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator &(Simd256<T> a, Simd256<T> b) => new(a.Value & b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator |(Simd256<T> a, Simd256<T> b) => new(a.Value | b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator ^(Simd256<T> a, Simd256<T> b) => new(a.Value ^ b.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator -(Simd256<T> a) => new(-a.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> operator ~(Simd256<T> a) => new(~a.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> Fma(Simd256<T> a, Simd256<T> b, Simd256<T> c) =>
        typeof(T) == typeof(float) ? new(Vector256.FusedMultiplyAdd(a.Value.As<T, float>(), b.Value.As<T, float>(), c.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.FusedMultiplyAdd(a.Value.As<T, double>(), b.Value.As<T, double>(), c.Value.As<T, double>()).As<double, T>())
        : new((a.Value * b.Value) + c.Value);

    [MethodImpl(Inline)]
    public static Simd256<T> FmaNegated(Simd256<T> a, Simd256<T> b, Simd256<T> c) =>
        typeof(T) == typeof(float) ? new(Vector256.FusedMultiplyAdd(-a.Value.As<T, float>(), b.Value.As<T, float>(), c.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.FusedMultiplyAdd(-a.Value.As<T, double>(), b.Value.As<T, double>(), c.Value.As<T, double>()).As<double, T>())
        : new(c.Value - (a.Value * b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Max(Simd256<T> a, Simd256<T> b) => new(Vector256.Max(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Min(Simd256<T> a, Simd256<T> b) => new(Vector256.Min(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> MaxNative(Simd256<T> a, Simd256<T> b) => new(Vector256.MaxNative(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> MinNative(Simd256<T> a, Simd256<T> b) => new(Vector256.MinNative(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Equal(Simd256<T> a, Simd256<T> b) => new(Vector256.Equals(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Less(Simd256<T> a, Simd256<T> b) => new(Vector256.LessThan(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> LessOrEqual(Simd256<T> a, Simd256<T> b) => new(Vector256.LessThanOrEqual(a.Value, b.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Floor(Simd256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Floor(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Floor(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd256<T> Ceiling(Simd256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Ceiling(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Ceiling(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd256<T> Truncate(Simd256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Truncate(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Truncate(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd256<T> Round(Simd256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Round(a.Value.As<T, float>()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Round(a.Value.As<T, double>()).As<double, T>())
        : a;

    [MethodImpl(Inline)]
    public static Simd256<T> Abs(Simd256<T> a) => new(Vector256.Abs(a.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Sqrt(Simd256<T> a) => new(Vector256.Sqrt(a.Value));

    [MethodImpl(Inline)]
    public static Simd256<T> Select(Simd256<T> mask, Simd256<T> a, Simd256<T> b) =>
        new(Vector256.ConditionalSelect(mask.Value, a.Value, b.Value));

    [MethodImpl(Inline)]
    public static bool Any(Simd256<T> mask) => mask.Value.As<T, int>() != Vector256<int>.Zero;

    [MethodImpl(Inline)]
    public static Simd256<T> AddBits(Simd256<T> a, Simd256<T> b) =>
        sizeof(T) == 4 ? new((a.Value.As<T, int>() + b.Value.As<T, int>()).As<int, T>()) : new((a.Value.As<T, long>() + b.Value.As<T, long>()).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd256<T> SubtractBits(Simd256<T> a, Simd256<T> b) =>
        sizeof(T) == 4 ? new((a.Value.As<T, int>() - b.Value.As<T, int>()).As<int, T>()) : new((a.Value.As<T, long>() - b.Value.As<T, long>()).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd256<T> ShiftLeftBits(Simd256<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector256.ShiftLeft(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector256.ShiftLeft(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd256<T> ShiftRightBits(Simd256<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector256.ShiftRightLogical(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector256.ShiftRightLogical(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd256<T> ShiftRightSignedBits(Simd256<T> a, int count) =>
        sizeof(T) == 4 ? new(Vector256.ShiftRightArithmetic(a.Value.As<T, int>(), count).As<int, T>()) : new(Vector256.ShiftRightArithmetic(a.Value.As<T, long>(), count).As<long, T>());

    [MethodImpl(Inline)]
    public static Simd256<T> ToFloating(Simd256<T> bits) => sizeof(T) == 4
        ? new(Vector256.ConvertToSingle(bits.Value.As<T, int>()).As<float, T>())
        : new(Vector256.ConvertToDouble(bits.Value.As<T, long>()).As<double, T>());

    [MethodImpl(Inline)]
    public static Simd256<T> Scale(Simd256<T> a, Simd256<T> n)
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
            var whole = Vector256.ConvertToInt32(Vector256.MinNative(Vector256.MaxNative(n.Value.As<T, float>(), Vector256.Create(-252f)), Vector256.Create(254f)));
            var half = Vector256.ShiftRightArithmetic(whole, 1);
            var bias = Vector256.Create(127);
            var first = Vector256.ShiftLeft(half + bias, 23).AsSingle();
            var second = Vector256.ShiftLeft(whole - half + bias, 23).AsSingle();
            return new((a.Value.As<T, float>() * first * second).As<float, T>());
        }
        else
        {
            var whole = Vector256.ConvertToInt64(Vector256.MinNative(Vector256.MaxNative(n.Value.As<T, double>(), Vector256.Create(-2044d)), Vector256.Create(2046d)));
            var half = whole - Vector256.ShiftRightLogical(whole + Vector256.Create(2048L), 1) + Vector256.Create(1024L);
            var bias = Vector256.Create(1023L);
            var first = Vector256.ShiftLeft(whole - half + bias, 52).AsDouble();
            var second = Vector256.ShiftLeft(half + bias, 52).AsDouble();
            return new((a.Value.As<T, double>() * first * second).As<double, T>());
        }
    }

    [MethodImpl(Inline)]
    public static void StoreMask(Simd256<T> mask, byte* destination)
    {
        if (sizeof(T) == 1)
        {
            Vector256.Store(mask.Value.AsByte() & Vector256.Create((byte)1), destination);
        }
        else
        {
            Simd128<T>.StoreMask(new(mask.Value.GetLower()), destination);
            Simd128<T>.StoreMask(new(mask.Value.GetUpper()), destination + Vector128<T>.Count);
        }
    }

    [MethodImpl(Inline)]
    public static Simd256<T> LoadMask(byte* source)
    {
        if (sizeof(T) == 1) return new((~Vector256.Equals(Vector256.Load(source), Vector256<byte>.Zero)).As<byte, T>());
        return new(Vector256.Create(Simd128<T>.LoadMask(source).Value, Simd128<T>.LoadMask(source + Vector128<T>.Count).Value));
    }

    [MethodImpl(Inline)]
    public static Simd256<T> LoadWidened(ushort* source) => Avx2.IsSupported
        ? new(Avx2.ConvertToVector256Int32(Vector128.Load(source)).As<int, T>())
        : new(Vector256.Create(Simd128<T>.LoadWidened(source).Value, Simd128<T>.LoadWidened(source + 4).Value));

    [MethodImpl(Inline)]
    public static Simd256<T> LoadWidened(byte* source) => Avx2.IsSupported
        ? new(Avx2.ConvertToVector256Int32(Vector128.CreateScalar(*(ulong*)source).AsByte()).As<int, T>())
        : new(Vector256.Create(Simd128<T>.LoadWidened(source).Value, Simd128<T>.LoadWidened(source + 4).Value));

    [MethodImpl(Inline)]
    public static void StoreNarrowed(Simd256<T> value, ushort* destination) =>
        Vector128.Store(Vector128.Narrow(value.Value.As<T, int>().GetLower().AsUInt32(), value.Value.As<T, int>().GetUpper().AsUInt32()), destination);

    [MethodImpl(Inline)]
    public static void StoreNarrowed(Simd256<T> value, byte* destination)
    {
        var shorts = Vector128.Narrow(value.Value.As<T, int>().GetLower().AsUInt32(), value.Value.As<T, int>().GetUpper().AsUInt32());
        *(ulong*)destination = Vector128.Narrow(shorts, shorts).AsUInt64().ToScalar();
    }
}
