using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Elementwise;

/// <summary>Moves between memory and lanes, and between lanes. All entries are pointers to functions over blocks.</summary>
internal static unsafe class Conversions
{

    /// <summary>Reads n values with a stride: <c>(source, stride in elements, destination, n)</c>.</summary>
    public static delegate*<void*, nint, void*, nint, void> Load(DType storage) => storage switch
    {
        DType.Bool or DType.UInt8 => &LoadNatural<byte>,
        DType.Int32 => &LoadNatural<int>,
        DType.Int64 => &LoadNatural<long>,
        DType.Float32 => &LoadNatural<float>,
        DType.Float64 => &LoadNatural<double>,
        DType.Float16 => &LoadHalf<Half>,
        _ => &LoadHalf<ushort>,
    };

    /// <summary>Writes n values of the type's lane to memory: <c>(source, –, –, destination, n)</c>.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> Store(DType storage) => storage switch
    {
        DType.Float16 => &StoreHalf<Half>,
        DType.BFloat16 => &StoreHalf<ushort>,
        _ => Copy(LaneTypes.Of(storage)),
    };

    /// <summary>Copies n values: <c>(source, –, –, destination, n)</c>.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> Copy(Lane lane) => lane.Size() switch
    {
        1 => &CopyBytes1,
        4 => &CopyBytes4,
        _ => &CopyBytes8,
    };

    /// <summary>Repeats one value n times: <c>(value, –, –, destination, n)</c>.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> Fill(Lane lane) => lane.Size() switch
    {
        1 => &Fill<byte>,
        4 => &Fill<int>,
        _ => &Fill<long>,
    };

    /// <summary>Repeats one 16-bit value n times: <c>(value, –, –, destination, n)</c>.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> FillHalf => &Fill<short>;

    /// <summary>Rounds floats to the values of a half type: <c>(source, –, –, destination, n)</c>.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> RoundTo(DType half) => half == DType.Float16 ? &RoundHalf<Half> : &RoundHalf<ushort>;

    /// <summary>Converts lanes: integers wrap among each other, floating to integer truncates and saturates.</summary>
    public static delegate*<void*, void*, void*, void*, nint, void> Between(Lane from, Lane to) => (from, to) switch
    {
        (Lane.Byte, Lane.Int32) => &Truncating<byte, int>,
        (Lane.Byte, Lane.Int64) => &Truncating<byte, long>,
        (Lane.Byte, Lane.Single) => &Truncating<byte, float>,
        (Lane.Byte, Lane.Double) => &Truncating<byte, double>,
        (Lane.Int32, Lane.Byte) => &Truncating<int, byte>,
        (Lane.Int32, Lane.Int64) => &Truncating<int, long>,
        (Lane.Int32, Lane.Single) => &Truncating<int, float>,
        (Lane.Int32, Lane.Double) => &Truncating<int, double>,
        (Lane.Int64, Lane.Byte) => &Truncating<long, byte>,
        (Lane.Int64, Lane.Int32) => &Truncating<long, int>,
        (Lane.Int64, Lane.Single) => &Truncating<long, float>,
        (Lane.Int64, Lane.Double) => &Truncating<long, double>,
        (Lane.Single, Lane.Byte) => &Saturating<float, byte>,
        (Lane.Single, Lane.Int32) => &Saturating<float, int>,
        (Lane.Single, Lane.Int64) => &Saturating<float, long>,
        (Lane.Single, Lane.Double) => &Truncating<float, double>,
        (Lane.Double, Lane.Byte) => &Saturating<double, byte>,
        (Lane.Double, Lane.Int32) => &Saturating<double, int>,
        (Lane.Double, Lane.Int64) => &Saturating<double, long>,
        (Lane.Double, Lane.Single) => &Truncating<double, float>,
        _ => Copy(from),
    };

    private static void LoadNatural<T>(void* source, nint stride, void* destination, nint n) where T : unmanaged
    {
        T* from = (T*)source, to = (T*)destination;
        if (stride == 1) Unsafe.CopyBlockUnaligned(to, from, (uint)(n * sizeof(T)));
        else if (stride == 0) new Span<T>(to, (int)n).Fill(*from);
        else LoadStrided(from, stride, to, n);
    }

    /// <summary>Reads n values with a stride.</summary>
    [MethodImpl(Jit.Hot)]
    public static void LoadStrided<T>(T* from, nint stride, T* to, nint n) where T : unmanaged
    {
        nint i = 0;
        for (; i <= n - 4; i += 4, from += 4 * stride)
        {
            T a = from[0], b = from[stride], c = from[2 * stride], d = from[3 * stride];
            (to[i], to[i + 1], to[i + 2], to[i + 3]) = (a, b, c, d);
        }
        for (; i < n; i++, from += stride) to[i] = *from;
    }

    private static void LoadHalf<TStored>(void* source, nint stride, void* destination, nint n) where TStored : unmanaged
    {
        var from = (TStored*)source;
        var to = (float*)destination;
        if (stride == 0) new Span<float>(to, (int)n).Fill(HalfFormats.Load<float, TStored>(from));
        else if (stride != 1)
            for (nint i = 0; i < n; i++) to[i] = HalfFormats.Load<float, TStored>(from + i * stride);
        else if (Vector512.IsHardwareAccelerated) Widen<Simd512<float>, TStored>(from, to, n);
        else if (Vector256.IsHardwareAccelerated) Widen<Simd256<float>, TStored>(from, to, n);
        else Widen<Simd128<float>, TStored>(from, to, n);
    }

    [MethodImpl(Jit.Hot)]
    private static void Widen<V, TStored>(TStored* from, float* to, nint n)
        where V : unmanaged, ISimd<V, float>
        where TStored : unmanaged
    {
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count) V.Store(HalfFormats.Load<V, float, TStored>(from + i), to + i);
        for (; i < n; i++) to[i] = HalfFormats.Load<float, TStored>(from + i);
    }

    private static void StoreHalf<TStored>(void* source, void* b, void* c, void* destination, nint n) where TStored : unmanaged
    {
        if (Vector512.IsHardwareAccelerated) Narrow<Simd512<float>, TStored>((float*)source, (ushort*)destination, n);
        else if (Vector256.IsHardwareAccelerated) Narrow<Simd256<float>, TStored>((float*)source, (ushort*)destination, n);
        else Narrow<Simd128<float>, TStored>((float*)source, (ushort*)destination, n);
    }

    [MethodImpl(Jit.Hot)]
    private static void Narrow<V, TStored>(float* from, ushort* to, nint n)
        where V : unmanaged, ISimd<V, float>
        where TStored : unmanaged
    {
        var rest = stackalloc ushort[32];
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count) V.StoreNarrowed(Bits<V, TStored>(V.Load(from + i)), to + i);
        if (i == n) return;
        V.StoreNarrowed(Bits<V, TStored>(DenseSource<float>.LoadPartial<V>(from + i, n - i)), rest);
        Unsafe.CopyBlockUnaligned(to + i, rest, (uint)((n - i) * sizeof(ushort)));
    }

    private static void RoundHalf<TStored>(void* source, void* b, void* c, void* destination, nint n) where TStored : unmanaged
    {
        const int Piece = 256;
        var halves = stackalloc ushort[Piece];
        for (nint i = 0; i < n; i += Piece)
        {
            var count = Math.Min(Piece, n - i);
            StoreHalf<TStored>((float*)source + i, null, null, halves, count);
            LoadHalf<TStored>(halves, 1, (float*)destination + i, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Bits<V, TStored>(V value) where V : unmanaged, ISimd<V, float> =>
        typeof(TStored) == typeof(Half) ? HalfFormats.ToHalf<V, float>(value) : HalfFormats.ToBFloat16<V, float>(value);

    private static void CopyBytes1(void* source, void* b, void* c, void* destination, nint n) => Unsafe.CopyBlockUnaligned(destination, source, (uint)n);

    private static void CopyBytes4(void* source, void* b, void* c, void* destination, nint n) => Unsafe.CopyBlockUnaligned(destination, source, (uint)(4 * n));

    private static void CopyBytes8(void* source, void* b, void* c, void* destination, nint n) => Unsafe.CopyBlockUnaligned(destination, source, (uint)(8 * n));

    private static void Fill<T>(void* source, void* b, void* c, void* destination, nint n) where T : unmanaged =>
        new Span<T>(destination, (int)n).Fill(*(T*)source);

    private static void Truncating<TFrom, TTo>(void* source, void* b, void* c, void* destination, nint n)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo> =>
        TensorPrimitives.ConvertTruncating(new ReadOnlySpan<TFrom>(source, (int)n), new Span<TTo>(destination, (int)n));

    private static void Saturating<TFrom, TTo>(void* source, void* b, void* c, void* destination, nint n)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo> =>
        TensorPrimitives.ConvertSaturating(new ReadOnlySpan<TFrom>(source, (int)n), new Span<TTo>(destination, (int)n));
}
