namespace CudaNet.VirtualGpu.Machine;

/// <summary>What one instruction did in a launch. One array for each worker, so that counting needs no lock.</summary>
internal struct PcCount
{
    public long Warps;
    public long Lanes;
    public long Sectors;
    public long IdealSectors;
    public long Wavefronts;
    public long IdealWavefronts;
}
