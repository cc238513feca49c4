namespace CudaNet.VirtualGpu;

/// <summary>What one PTX instruction did in a launch.</summary>
public sealed record InstructionProfile
{
    /// <summary>Line of the PTX text.</summary>
    public required int PtxLine { get; init; }

    /// <summary>Line of the source; 0 without line information.</summary>
    public required int SourceLine { get; init; }

    /// <summary>The instruction as it stands in the text.</summary>
    public required string Instruction { get; init; }

    /// <summary>Its class.</summary>
    public required InstructionClass Class { get; init; }

    /// <summary>How often a warp came to it.</summary>
    public required long Executions { get; init; }

    /// <summary>How often a thread executed it.</summary>
    public required long Threads { get; init; }

    /// <summary>32-byte sectors of global memory requested.</summary>
    public required long Sectors { get; init; }

    /// <summary>Sectors that the same bytes would need side by side.</summary>
    public required long IdealSectors { get; init; }

    /// <summary>Passes through shared memory beyond those without bank conflicts.</summary>
    public required long BankConflicts { get; init; }
}
