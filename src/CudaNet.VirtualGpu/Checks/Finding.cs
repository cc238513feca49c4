using System.Text;

namespace CudaNet.VirtualGpu;

/// <summary>What a checker found, where, and which thread did it.</summary>
public sealed record Finding
{
    /// <summary>What was found.</summary>
    public required FindingKind Kind { get; init; }

    /// <summary>What happened, in words.</summary>
    public required string Message { get; init; }

    /// <summary>Name of the kernel; empty for a leak.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>Line of the PTX text, from 1; 0 when no instruction is concerned.</summary>
    public int PtxLine { get; init; }

    /// <summary>The instruction as it stands in the PTX text.</summary>
    public string Instruction { get; init; } = "";

    /// <summary>File of the source, when the PTX has line information.</summary>
    public string? SourceFile { get; init; }

    /// <summary>Line of the source, when the PTX has line information; 0 when not.</summary>
    public int SourceLine { get; init; }

    /// <summary>The block whose thread did it.</summary>
    public Dim3 Block { get; init; }

    /// <summary>The thread that did it, within its block.</summary>
    public Dim3 Thread { get; init; }

    /// <summary>The other thread of a race.</summary>
    public Dim3? OtherThread { get; init; }

    /// <summary>The address accessed, in the state space of <see cref="AddressSpace"/>.</summary>
    public ulong Address { get; init; }

    /// <summary>The state space of the address: global, shared, local, const or param.</summary>
    public string AddressSpace { get; init; } = "";

    /// <summary>Bytes accessed by the thread.</summary>
    public int Bytes { get; init; }

    /// <summary>The allocation at or next to the address, in words.</summary>
    public string? Allocation { get; init; }

    /// <summary>How often the same instruction had the same finding in the launch. The other fields describe the first.</summary>
    public long Count { get; internal set; } = 1;

    /// <summary>One line with everything that is known.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Kind}: {Message}");
        if (Kernel.Length > 0) text.Append($" Kernel {Kernel}");
        if (SourceLine > 0) text.Append($", {SourceFile ?? "source"}:{SourceLine}");
        if (PtxLine > 0) text.Append($", PTX line {PtxLine} ({Instruction}), block {Block}, thread {Thread}");
        if (OtherThread is { } other) text.Append($", other thread {other}");
        if (AddressSpace.Length > 0) text.Append($", {Bytes} bytes at {AddressSpace} address 0x{Address:X}");
        if (Allocation is not null) text.Append($", {Allocation}");
        if (Count > 1) text.Append($"; {Count} times");
        return text.Append('.').ToString();
    }
}
