namespace CudaNet.VirtualGpu;

/// <summary>The least time that a launch can take on a card: the slower of memory and arithmetic at their peak.</summary>
/// <param name="Card">The card.</param>
/// <param name="MemorySeconds">Global sectors moved at the full bandwidth. Caches are not modelled: each sector counts whenever it is requested.</param>
/// <param name="ComputeSeconds">The slowest of the arithmetic units at its peak.</param>
public readonly record struct RooflineEstimate(GpuCard Card, double MemorySeconds, double ComputeSeconds)
{
    /// <summary>The larger of the two times.</summary>
    public double Seconds => Math.Max(MemorySeconds, ComputeSeconds);

    /// <summary>Whether memory is the limit.</summary>
    public bool IsMemoryBound => MemorySeconds >= ComputeSeconds;
}
