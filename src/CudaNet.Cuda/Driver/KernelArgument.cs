using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Driver;

/// <summary>A value for a parameter of a kernel. Numbers and pointers convert by themselves; a structure by <see cref="Of{T}"/>.</summary>
public readonly struct KernelArgument
{
    private readonly ulong _bits;
    private readonly byte[]? _bytes;
    private readonly int _size;

    private KernelArgument(ulong bits, int size, KernelArgumentKind kind) => (_bits, _size, Kind) = (bits, size, kind);

    private KernelArgument(byte[] bytes) => (_bytes, _size, Kind) = (bytes, bytes.Length, KernelArgumentKind.Structure);

    /// <summary>The bytes of a structure, which are not copied.</summary>
    internal static KernelArgument OfBytes(byte[] bytes) => new(bytes);

    /// <summary>What it is, for the check against the kernel's signature.</summary>
    public KernelArgumentKind Kind { get; }

    /// <summary>Bytes that it has.</summary>
    public int Size => _size;

    /// <summary>Its bytes; valid as long as the argument does not move.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => _bytes ?? MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in _bits))[.._size];

    /// <summary>A structure, or any other value without references. Its layout has to be that of the kernel's parameter.</summary>
    public static KernelArgument Of<T>(T value)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value));
        if (typeof(T) == typeof(Half)) return new(BitConverter.HalfToUInt16Bits((Half)(object)value), 2, KernelArgumentKind.Any);
        return new(bytes.ToArray());
    }

    /// <summary>A pointer into device memory.</summary>
    public static implicit operator KernelArgument(CudaDevicePointer value) => new((ulong)value.Value, 8, KernelArgumentKind.Integer);

    /// <summary>A pointer.</summary>
    public static implicit operator KernelArgument(nint value) => new((ulong)value, 8, KernelArgumentKind.Integer);

    /// <summary>A number of 32 bits.</summary>
    public static implicit operator KernelArgument(int value) => new((uint)value, 4, KernelArgumentKind.Integer);

    /// <summary>A number of 32 bits.</summary>
    public static implicit operator KernelArgument(uint value) => new(value, 4, KernelArgumentKind.Integer);

    /// <summary>A number of 64 bits.</summary>
    public static implicit operator KernelArgument(long value) => new((ulong)value, 8, KernelArgumentKind.Integer);

    /// <summary>A number of 64 bits.</summary>
    public static implicit operator KernelArgument(ulong value) => new(value, 8, KernelArgumentKind.Integer);

    /// <summary>A number of 16 bits.</summary>
    public static implicit operator KernelArgument(short value) => new((ushort)value, 2, KernelArgumentKind.Integer);

    /// <summary>A number of 16 bits.</summary>
    public static implicit operator KernelArgument(ushort value) => new(value, 2, KernelArgumentKind.Integer);

    /// <summary>A number of 8 bits.</summary>
    public static implicit operator KernelArgument(byte value) => new(value, 1, KernelArgumentKind.Integer);

    /// <summary>A number of 8 bits.</summary>
    public static implicit operator KernelArgument(sbyte value) => new((byte)value, 1, KernelArgumentKind.Integer);

    /// <summary>A truth value, one byte.</summary>
    public static implicit operator KernelArgument(bool value) => new(value ? 1u : 0u, 1, KernelArgumentKind.Integer);

    /// <summary>A number in single precision.</summary>
    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value), 4, KernelArgumentKind.Float);

    /// <summary>A number in double precision.</summary>
    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value), 8, KernelArgumentKind.Float);

    /// <summary>A number in half precision; PTX may call its parameter an integer.</summary>
    public static implicit operator KernelArgument(Half value) => new(BitConverter.HalfToUInt16Bits(value), 2, KernelArgumentKind.Any);

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} of {Size} bytes";
}
