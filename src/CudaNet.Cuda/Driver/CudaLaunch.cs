namespace CudaNet.Cuda.Driver;

/// <summary>How a kernel is launched.</summary>
public readonly record struct CudaLaunch(Dim3 Grid, Dim3 Block)
{
    /// <summary>Bytes of dynamic shared memory of a block.</summary>
    public int SharedBytes { get; init; }

    /// <summary>All blocks run at once and may wait for one another.</summary>
    public bool Cooperative { get; init; }

    /// <summary>Blocks of a cluster; all zero for none. Hopper and later.</summary>
    public Dim3 Cluster { get; init; }

    /// <summary>May start before the kernel before it in the stream has ended. Hopper and later.</summary>
    public bool ProgrammaticSerialization { get; init; }

    /// <summary>Refuses a launch that the device cannot do.</summary>
    /// <exception cref="CudaLaunchException">Each limit that is passed is listed.</exception>
    public void Check(string kernel, CudaDeviceProperties device, int staticSharedBytes, int maxThreadsPerBlock)
    {
        List<string>? reasons = null;
        var threads = Math.Min(device.MaxThreadsPerBlock, maxThreadsPerBlock > 0 ? maxThreadsPerBlock : int.MaxValue);
        if (Grid is { X: < 1 } or { Y: < 1 } or { Z: < 1 }) (reasons ??= []).Add($"the grid {Grid} is empty");
        if (Block is { X: < 1 } or { Y: < 1 } or { Z: < 1 }) (reasons ??= []).Add($"the block {Block} is empty");
        if (Block.Count > threads) (reasons ??= []).Add($"a block of {Block.Count} threads is more than its {threads}; use smaller blocks or fewer registers");
        if (!Fits(Block, device.MaxBlock)) (reasons ??= []).Add($"the block {Block} is more than {device.MaxBlock}");
        if (!Fits(Grid, device.MaxGrid)) (reasons ??= []).Add($"the grid {Grid} is more than {device.MaxGrid}");
        if (SharedBytes < 0) (reasons ??= []).Add($"{SharedBytes} bytes of shared memory");
        if ((long)SharedBytes + staticSharedBytes > device.SharedBytesPerBlockOptIn)
            (reasons ??= []).Add($"{SharedBytes} + {staticSharedBytes} bytes of shared memory are more than the {device.SharedBytesPerBlockOptIn} of a block on {device.Name}");
        if (Cluster.Count > 0)
        {
            if (device.ComputeCapability.Major < 9) (reasons ??= []).Add($"{device.Name} has no clusters");
            if (Grid.X % Math.Max(1, Cluster.X) != 0 || Grid.Y % Math.Max(1, Cluster.Y) != 0 || Grid.Z % Math.Max(1, Cluster.Z) != 0)
                (reasons ??= []).Add($"the grid {Grid} is no multiple of the cluster {Cluster}");
        }
        if (Cooperative && !device.SupportsCooperativeLaunch) (reasons ??= []).Add($"{device.Name} has no cooperative launch");
        if (reasons is not null) throw new CudaLaunchException(kernel, reasons);
    }

    private static bool Fits(Dim3 size, Dim3 limit) => size.X <= limit.X && size.Y <= limit.Y && size.Z <= limit.Z;
}
