using System.Runtime.InteropServices;

namespace CudaNet.VirtualGpu;

/// <summary>An argument of a launch. Numbers and pointers convert implicitly and are checked against the PTX type.</summary>
public readonly struct KernelArgument
{
    private readonly byte[] _bytes;

    private KernelArgument(byte[] bytes, Kinds kind)
    {
        _bytes = bytes;
        Kind = kind;
    }

    [Flags]
    internal enum Kinds
    {
        Integer = 1,
        Float = 2,
        Pointer = 4,
        Any = 7,
    }

    internal Kinds Kind { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>A pointer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(DevicePointer value) => Of(value.Address, Kinds.Pointer);

    /// <summary>A 32-bit integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(int value) => Of(value, Kinds.Integer);

    /// <summary>A 32-bit integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(uint value) => Of(value, Kinds.Integer);

    /// <summary>A 64-bit integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(long value) => Of(value, Kinds.Integer);

    /// <summary>A 64-bit integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(ulong value) => Of(value, Kinds.Integer);

    /// <summary>A 16-bit integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(short value) => Of(value, Kinds.Integer);

    /// <summary>A 16-bit integer, or the bits of an f16 or bf16.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(ushort value) => Of(value, Kinds.Integer);

    /// <summary>An 8-bit integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(byte value) => Of(value, Kinds.Integer);

    /// <summary>A bool, which is one byte in CUDA.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(bool value) => Of(value ? (byte)1 : (byte)0, Kinds.Integer);

    /// <summary>An f32.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(float value) => Of(value, Kinds.Float);

    /// <summary>An f64.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(double value) => Of(value, Kinds.Float);

    /// <summary>An f16. A kernel receives it as 16 bits.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator KernelArgument(Half value) => Of(value, Kinds.Integer | Kinds.Float);

    /// <summary>A structure, byte by byte; only its size is checked.</summary>
    /// <param name="value">The value.</param>
    /// <typeparam name="T">A structure laid out as in the kernel.</typeparam>
    public static KernelArgument Structure<T>(T value)
        where T : unmanaged => Of(value, Kinds.Any);

    /// <summary>Bytes of any type; only their number is checked.</summary>
    /// <param name="bytes">The bytes.</param>
    public static KernelArgument FromBytes(ReadOnlySpan<byte> bytes) => new(bytes.ToArray(), Kinds.Any);

    private static KernelArgument Of<T>(T value, Kinds kind)
        where T : unmanaged => new(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray(), kind);
}
