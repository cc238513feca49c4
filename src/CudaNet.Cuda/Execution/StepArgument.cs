using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Execution;

/// <summary>An argument of a kernel as a plan knows it: a value, or an address that each run fills in.</summary>
internal readonly struct StepArgument
{
    private enum Kind
    {
        Value,
        Operand,
        Scratch,
        Error,
        Structure,
    }

    private readonly Kind _kind;
    private readonly KernelArgument _value;
    private readonly int _operand;
    private readonly long _offset;
    private readonly byte[]? _bytes;
    private readonly (int Offset, StepArgument Pointer)[]? _fields;

    private StepArgument(Kind kind, KernelArgument value = default, int operand = 0, long offset = 0, byte[]? bytes = null, (int, StepArgument)[]? fields = null) =>
        (_kind, _value, _operand, _offset, _bytes, _fields) = (kind, value, operand, offset, bytes, fields);

    /// <summary>No address.</summary>
    public static StepArgument Null => new(Kind.Value, CudaDevicePointer.Null);

    /// <summary>The address of an operand.</summary>
    public static StepArgument Operand(int index, long byteOffset = 0) => new(Kind.Operand, operand: index, offset: byteOffset);

    /// <summary>An address in the scratch memory of the step.</summary>
    public static StepArgument Scratch(long byteOffset) => new(Kind.Scratch, offset: byteOffset);

    /// <summary>The address of the record that takes errors.</summary>
    public static StepArgument ErrorRecord => new(Kind.Error);

    /// <summary>The address so many bytes behind this one.</summary>
    public StepArgument Plus(long bytes) => new(_kind, operand: _operand, offset: _offset + bytes);

    /// <summary>A structure, some of whose fields are addresses.</summary>
    /// <param name="value">The structure with everything else filled in.</param>
    /// <param name="pointers">Fields by name, and what they point to.</param>
    public static StepArgument Structure<T>(T value, params ReadOnlySpan<(string Field, StepArgument Pointer)> pointers) where T : unmanaged
    {
        var fields = new (int, StepArgument)[pointers.Length];
        for (var k = 0; k < fields.Length; k++) fields[k] = ((int)Marshal.OffsetOf<T>(pointers[k].Field), pointers[k].Pointer);
        return Structure(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray(), fields);
    }

    /// <summary>A structure by its bytes, some of which are addresses.</summary>
    /// <param name="bytes">The structure with everything else filled in.</param>
    /// <param name="pointers">Offsets of addresses, and what they point to.</param>
    public static StepArgument Structure(byte[] bytes, params (int Offset, StepArgument Pointer)[] pointers) => new(Kind.Structure, bytes: bytes, fields: pointers);

    /// <summary>The argument of one run. A structure's bytes are written anew, so that runs must not overlap.</summary>
    public KernelArgument Resolve(in StepAddresses addresses)
    {
        switch (_kind)
        {
            case Kind.Value: return _value;
            case Kind.Structure:
                foreach (var (offset, pointer) in _fields!)
                {
                    var address = (long)pointer.Address(addresses);
                    MemoryMarshal.Write(_bytes.AsSpan(offset), in address);
                }
                return KernelArgument.OfBytes(_bytes!);
            default: return Address(addresses);
        }
    }

    /// <summary>The address that it stands for.</summary>
    public nint Address(in StepAddresses addresses) => _kind switch
    {
        Kind.Operand => addresses.Operands[_operand] + (nint)_offset,
        Kind.Scratch => addresses.Scratch + (nint)_offset,
        Kind.Error => addresses.Error,
        _ => MemoryMarshal.Read<nint>(_value.Bytes),
    };

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(int value) => new(Kind.Value, value);

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(uint value) => new(Kind.Value, value);

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(long value) => new(Kind.Value, value);

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(ulong value) => new(Kind.Value, value);

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(float value) => new(Kind.Value, value);

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(double value) => new(Kind.Value, value);

    /// <summary>A value.</summary>
    public static implicit operator StepArgument(KernelArgument value) => new(Kind.Value, value);
}

/// <summary>The addresses of one run of a step.</summary>
internal readonly ref struct StepAddresses(ReadOnlySpan<nint> operands, nint scratch, nint error)
{
    /// <summary>Inputs, then outputs.</summary>
    public ReadOnlySpan<nint> Operands { get; } = operands;

    /// <summary>Scratch memory.</summary>
    public nint Scratch { get; } = scratch;

    /// <summary>The record for errors, 0 where nobody checks.</summary>
    public nint Error { get; } = error;
}
