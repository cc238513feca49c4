namespace CudaNet.VirtualGpu;

/// <summary>What a launch did.</summary>
public sealed class LaunchResult
{
    internal LaunchResult(string kernel, IReadOnlyList<Finding> findings, LaunchCounters counters, TimeSpan elapsed, Dim3 block, int sharedBytes, int registers)
    {
        Kernel = kernel;
        Findings = findings;
        Counters = counters;
        Elapsed = elapsed;
        Block = block;
        SharedBytes = sharedBytes;
        Registers = registers;
    }

    /// <summary>Name of the kernel.</summary>
    public string Kernel { get; }

    /// <summary>What the checkers found, in the order of the PTX text.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>What was counted.</summary>
    public LaunchCounters Counters { get; }

    /// <summary>Time on this machine.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>Size of a block.</summary>
    public Dim3 Block { get; }

    /// <summary>Shared memory of a block, static and dynamic.</summary>
    public int SharedBytes { get; }

    /// <summary>Registers of a thread, see <see cref="VirtualFunction.RegisterEstimate"/>.</summary>
    public int Registers { get; }

    /// <summary>Warps of this launch that fit on a multiprocessor.</summary>
    /// <param name="card">The card.</param>
    public Occupancy Occupancy(GpuCard card) => VirtualGpu.Occupancy.Of(card, (int)Block.Count, Registers, SharedBytes);
}
