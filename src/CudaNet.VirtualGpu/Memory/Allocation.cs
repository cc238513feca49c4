using System.Runtime.InteropServices;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>A block of device memory: its place in the virtual addresses, its bytes, and which of them were written.</summary>
internal sealed unsafe class Allocation
{
    public Allocation(int id, ulong start, long bytes, string? name, bool tracked)
    {
        Id = id;
        Start = start;
        Bytes = bytes;
        Name = name;
        Host = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 16), 64);

        // Garbage that shows: all ones is a NaN and a large number.
        new Span<byte>(Host, (int)Math.Min(bytes, int.MaxValue)).Fill(0xFF);
        if (tracked) Written = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(bytes, 16));
    }

    public int Id { get; }

    public ulong Start { get; }

    public long Bytes { get; }

    public string? Name { get; }

    /// <summary>A variable in constant memory.</summary>
    public bool IsConstant { get; init; }

    public byte* Host { get; private set; }

    /// <summary>One byte for each byte: 1 when it was written. Null when everything was.</summary>
    public byte* Written { get; private set; }

    public bool Contains(ulong address, ulong bytes) => address >= Start && address - Start <= (ulong)Bytes && (ulong)Bytes - (address - Start) >= bytes;

    public void MarkWritten(long offset, long bytes)
    {
        if (Written is null) return;
        if (offset == 0 && bytes == Bytes)
        {
            NativeMemory.Free(Written);
            Written = null;
            return;
        }

        for (; bytes > 0; bytes -= int.MaxValue, offset += int.MaxValue)
            new Span<byte>(Written + offset, (int)Math.Min(bytes, int.MaxValue)).Fill(1);
    }

    public void Free()
    {
        NativeMemory.AlignedFree(Host);
        NativeMemory.Free(Written);
        Host = Written = null;
    }

    public string Describe(ulong address)
    {
        string what = Name is null ? $"allocation #{Id}" : $"variable '{Name}'";
        string range = $"{what} of {Bytes} bytes at 0x{Start:X}";
        if (address < Start) return $"{Start - address} bytes before {range}";
        ulong offset = address - Start;
        return offset >= (ulong)Bytes ? $"{offset - (ulong)Bytes} bytes past the end of {range}" : $"{offset} bytes inside {range}";
    }
}
