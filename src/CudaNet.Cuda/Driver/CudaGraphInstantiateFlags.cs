namespace CudaNet.Cuda.Driver;

/// <summary>How a graph becomes executable (CUgraphInstantiate_flags).</summary>
[Flags]
public enum CudaGraphInstantiateFlags
{
    /// <summary>As it is.</summary>
    None = 0,

    /// <summary>Memory that a launch left allocated is freed before the next.</summary>
    AutoFreeOnLaunch = 1,

    /// <summary>Sent to the device at once; with a stream only.</summary>
    Upload = 2,

    /// <summary>Can be launched from kernels.</summary>
    DeviceLaunch = 4,

    /// <summary>Takes the priorities of the nodes, not of the launching stream.</summary>
    UseNodePriority = 8,
}
