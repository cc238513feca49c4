using System.Runtime.InteropServices;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>A block of device memory: its place in the virtual addresses, its bytes, and which of them were written.</summary>
internal sealed unsafe class Allocation
{
    // Garbage that shows: all ones is a NaN and a large number.
    private const byte Garbage = 0xFF;

    public Allocation(int id, ulong start, long bytes, string? name, bool tracked)
    {
        Id = id;
        Start = start;
        Bytes = bytes;
        Name = name;
        Host = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(bytes, 16), 64);

        Fill(Host, Garbage, bytes);
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

        Fill(Written + offset, 1, bytes);
    }

    /// <summary>Makes a range what it was after allocation: garbage that may not be read.</summary>
    public void MarkUninitialized(long offset, long bytes)
    {
        Fill(Host + offset, Garbage, bytes);
        if (Written is null)
        {
            Written = (byte*)NativeMemory.Alloc((nuint)Math.Max(Bytes, 16));
            Fill(Written, 1, Bytes);
        }

        Fill(Written + offset, 0, bytes);
    }

    public void Free()
    {
        NativeMemory.AlignedFree(Host);
        NativeMemory.Free(Written);
        Host = Written = null;
    }

    private static void Fill(byte* start, byte value, long bytes)
    {
        for (; bytes > 0; bytes -= int.MaxValue, start += int.MaxValue)
            new Span<byte>(start, (int)Math.Min(bytes, int.MaxValue)).Fill(value);
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
