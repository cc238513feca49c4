namespace CudaNet.Cpu.Simd;

/// <summary>A SIMD vector of some width: the arithmetic that kernels are written in, once for all widths.</summary>
/// <typeparam name="TSelf"><see cref="Simd512{T}"/>, <see cref="Simd256{T}"/> or <see cref="Simd128{T}"/>.</typeparam>
/// <typeparam name="T">Lane type: float, double or a primitive integer.</typeparam>
/// <remarks>
/// The implementations wrap one <c>Vector512/256/128</c> and add nothing, so a generic method over them compiles to the code
/// that would be written by hand for that width (measured within 1 % in the GEMM kernel). A mask is a vector whose lanes
/// have all bits set or none. Operations ending in Bits see each lane as an integer of the lane's size.
/// </remarks>
internal unsafe interface ISimd<TSelf, T>
    where TSelf : unmanaged, ISimd<TSelf, T>
    where T : unmanaged
{
    /// <summary>Lanes of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>Unaligned load of <see cref="Count"/> values.</summary>
    static abstract TSelf Load(T* source);

    /// <summary>Unaligned store of <see cref="Count"/> values.</summary>
    static abstract void Store(TSelf value, T* destination);

    /// <summary>Loads the first count values, at most <see cref="Count"/>; the other lanes are those of another vector. Reads nothing past them.</summary>
    static abstract TSelf LoadPartial(T* source, nint count, TSelf other);

    /// <summary>Stores the first count lanes, at most <see cref="Count"/>.</summary>
    static abstract void StorePartial(TSelf value, T* destination, nint count);

    /// <summary>Combines all lanes as a balanced tree: halves, then their halves.</summary>
    static abstract T Fold<TReduce>(TSelf value)
        where TReduce : struct, IReduceOperator<T>;

    /// <summary>All lanes equal to a value.</summary>
    static abstract TSelf Create(T value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a);

    static abstract TSelf operator &(TSelf a, TSelf b);

    static abstract TSelf operator |(TSelf a, TSelf b);

    static abstract TSelf operator ^(TSelf a, TSelf b);

    static abstract TSelf operator ~(TSelf a);

    /// <summary>a·b + c rounded once (for integers: the plain sum).</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    /// <summary>c − a·b rounded once (for integers: the plain difference).</summary>
    static abstract TSelf FmaNegated(TSelf a, TSelf b, TSelf c);

    /// <summary>Larger lane; NaN if either is NaN; +0 is above −0.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>Smaller lane; NaN if either is NaN; −0 is below +0.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The machine's one-instruction maximum: of two numbers; if either is NaN, b on x64 and NaN on Arm.</summary>
    static abstract TSelf MaxNative(TSelf a, TSelf b);

    /// <summary>The machine's one-instruction minimum: of two numbers; if either is NaN, b on x64 and NaN on Arm.</summary>
    static abstract TSelf MinNative(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf a);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Floor(TSelf a);

    static abstract TSelf Ceiling(TSelf a);

    static abstract TSelf Truncate(TSelf a);

    /// <summary>Nearest integer, halves to even.</summary>
    static abstract TSelf Round(TSelf a);

    /// <summary>Mask of a == b; false for NaN.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>Mask of a &lt; b; false for NaN.</summary>
    static abstract TSelf Less(TSelf a, TSelf b);

    /// <summary>Mask of a ≤ b; false for NaN.</summary>
    static abstract TSelf LessOrEqual(TSelf a, TSelf b);

    /// <summary>Lanes of a where the mask is set, of b elsewhere.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    /// <summary>True when any lane of a mask is set.</summary>
    static abstract bool Any(TSelf mask);

    static abstract TSelf AddBits(TSelf a, TSelf b);

    static abstract TSelf SubtractBits(TSelf a, TSelf b);

    static abstract TSelf ShiftLeftBits(TSelf a, int count);

    /// <summary>Logical shift.</summary>
    static abstract TSelf ShiftRightBits(TSelf a, int count);

    /// <summary>Shift that keeps the sign.</summary>
    static abstract TSelf ShiftRightSignedBits(TSelf a, int count);

    /// <summary>Lanes as signed integers, converted to the floating type T.</summary>
    static abstract TSelf ToFloating(TSelf bits);

    /// <summary>a · 2^n for integral n, right also where the result is subnormal or overflows. NaN and ±inf of a pass.</summary>
    /// <param name="a">Value, normal or zero.</param>
    /// <param name="n">Integral, within ±2000.</param>
    static abstract TSelf Scale(TSelf a, TSelf n);

    /// <summary>Stores a mask as <see cref="Count"/> bytes, 1 where set and 0 elsewhere.</summary>
    static abstract void StoreMask(TSelf mask, byte* destination);

    /// <summary>Mask from <see cref="Count"/> bytes: set where the byte is not 0.</summary>
    static abstract TSelf LoadMask(byte* source);

    /// <summary>Loads <see cref="Count"/> 16-bit values, zero-extended into lanes of 32 bits.</summary>
    static abstract TSelf LoadWidened(ushort* source);

    /// <summary>Loads <see cref="Count"/> bytes, zero-extended into lanes of 32 bits.</summary>
    static abstract TSelf LoadWidened(byte* source);

    /// <summary>Stores the low 16 bits of each lane of 32 bits.</summary>
    static abstract void StoreNarrowed(TSelf value, ushort* destination);

    /// <summary>Stores the low 8 bits of each lane of 32 bits.</summary>
    static abstract void StoreNarrowed(TSelf value, byte* destination);
}
