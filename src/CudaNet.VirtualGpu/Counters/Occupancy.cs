namespace CudaNet.VirtualGpu;

/// <summary>How many warps of a kernel fit on a multiprocessor at once, and what limits them.</summary>
/// <param name="BlocksPerMultiprocessor">Resident blocks.</param>
/// <param name="WarpsPerMultiprocessor">Resident warps.</param>
/// <param name="Fraction">Resident warps over the card's maximum, 0 to 1.</param>
/// <param name="Limit">What allows no more: warps, blocks, registers or shared memory.</param>
public readonly record struct Occupancy(int BlocksPerMultiprocessor, int WarpsPerMultiprocessor, double Fraction, string Limit)
{
    /// <summary>Computes the occupancy as the CUDA occupancy calculator does for compute capability 8.0 to 9.0.</summary>
    /// <param name="card">The card.</param>
    /// <param name="threadsPerBlock">Threads of a block.</param>
    /// <param name="registersPerThread">32-bit registers of a thread.</param>
    /// <param name="sharedBytes">Shared memory of a block, static and dynamic.</param>
    public static Occupancy Of(GpuCard card, int threadsPerBlock, int registersPerThread, int sharedBytes)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentOutOfRangeException.ThrowIfLessThan(threadsPerBlock, 1);
        int warps = (threadsPerBlock + 31) / 32;

        // Registers are given out to warps in units of 256, shared memory in units of 128 bytes.
        int registersPerWarp = ((Math.Max(registersPerThread, 1) * 32) + 255) / 256 * 256;
        int byRegisters = card.RegistersPerMultiprocessor / registersPerWarp / warps;
        int shared = (sharedBytes + card.ReservedSharedPerBlock + 127) / 128 * 128;
        int byShared = card.SharedPerMultiprocessor / shared;
        int byWarps = card.WarpsPerMultiprocessor / warps;
        int blocks = Math.Min(Math.Min(byRegisters, byShared), Math.Min(byWarps, card.BlocksPerMultiprocessor));
        string limit = blocks == byWarps ? "warps" : blocks == card.BlocksPerMultiprocessor ? "blocks" : blocks == byRegisters ? "registers" : "shared memory";
        return new Occupancy(blocks, blocks * warps, (double)(blocks * warps) / card.WarpsPerMultiprocessor, limit);
    }
}
