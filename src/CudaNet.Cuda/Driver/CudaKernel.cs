using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A kernel with the sizes of its next launch. It keeps its module.</summary>
/// <example><code>var kernel = module.GetKernel("saxpy");
/// kernel.GridDimensions = (n + 255) / 256;
/// kernel.BlockDimensions = 256;
/// kernel.Run(n, 2f, x, y);</code></example>
public sealed unsafe class CudaKernel
{
    private readonly CudaModule _module;
    private readonly nint _function;
    private readonly CudaDeviceProperties _device;
    private readonly int _staticShared, _maxThreads;
    private int _allowedShared;

    internal CudaKernel(CudaModule module, string name, nint function, IReadOnlyList<KernelParameter>? parameters)
    {
        (_module, Name, _function, Parameters) = (module, name, function, parameters);
        int device;
        DriverApi.cuCtxGetDevice(&device).Check();
        _device = new CudaDevice(device).GetProperties();
        _staticShared = ModuleLoader.GetAttribute(function, CudaFunctionAttribute.SharedSizeBytes);
        _maxThreads = ModuleLoader.GetAttribute(function, CudaFunctionAttribute.MaxThreadsPerBlock);
        _allowedShared = ModuleLoader.GetAttribute(function, CudaFunctionAttribute.MaxDynamicSharedSizeBytes);
    }

    /// <summary>Its name in the PTX.</summary>
    public string Name { get; }

    /// <summary>Its parameters; null where neither the image nor the driver tells.</summary>
    public IReadOnlyList<KernelParameter>? Parameters { get; }

    /// <summary>Blocks of the next launch.</summary>
    public Dim3 GridDimensions { get; set; } = 1;

    /// <summary>Threads of a block of the next launch.</summary>
    public Dim3 BlockDimensions { get; set; } = 1;

    /// <summary>Bytes of dynamic shared memory of a block of the next launch.</summary>
    public int DynamicSharedMemory { get; set; }

    /// <summary>Blocks of a cluster of the next launch; all zero for none.</summary>
    public Dim3 ClusterDimensions { get; set; } = new(0, 0, 0);

    /// <summary>True to launch all blocks at once, so that they may wait for one another.</summary>
    public bool Cooperative { get; set; }

    /// <summary>The number by which the driver calls it.</summary>
    public CudaFunctionHandle Handle => new(_function);

    /// <summary>A property.</summary>
    public int this[CudaFunctionAttribute attribute]
    {
        get
        {
            using var module = _module.Use();
            return ModuleLoader.GetAttribute(_function, attribute);
        }
        set
        {
            using var module = _module.Use();
            DriverApi.cuFuncSetAttribute(_function, attribute, value).Check($"{attribute} = {value}.");
            if (attribute == CudaFunctionAttribute.MaxDynamicSharedSizeBytes) _allowedShared = value;
        }
    }

    /// <summary>Chooses how the first-level cache is divided for it.</summary>
    public void SetCachePreference(CudaCachePreference preference)
    {
        using var module = _module.Use();
        DriverApi.cuFuncSetCacheConfig(_function, preference).Check();
    }

    /// <summary>Sets the threads of a block, and as many blocks as there is work for.</summary>
    public void SetComputeSize(long threads, int blockSize = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        BlockDimensions = blockSize;
        GridDimensions = checked((int)Math.Max(1, (threads + blockSize - 1) / blockSize));
    }

    /// <summary>Launches it, waits, and tells how long it took on the device.</summary>
    /// <exception cref="CudaLaunchException">Sizes or arguments do not fit.</exception>
    /// <exception cref="CudaException">It failed.</exception>
    public TimeSpan Run(params ReadOnlySpan<KernelArgument> arguments)
    {
        using var scope = ContextScope.Enter(_module.Context);
        using CudaEvent start = new(), end = new();
        start.Record();
        RunAsync(null, arguments);
        end.Record();
        end.Synchronize();
        return CudaEvent.ElapsedTime(start, end);
    }

    /// <summary>Enqueues it. Arguments are copied at once; what they point to must stay until it is done.</summary>
    /// <exception cref="CudaLaunchException">Sizes or arguments do not fit.</exception>
    public void RunAsync(CudaStream? stream, params ReadOnlySpan<KernelArgument> arguments)
    {
        using var module = _module.Use();
        using var scope = ContextScope.Enter(_module.Context);
        using var queue = CudaStream.Use(stream);
        var launch = Prepare();
        if (Parameters is not null) PtxSignature.Check(Name, Parameters, arguments);
        KernelLauncher.Launch(Name, _function, launch, queue, arguments);
    }

    /// <summary>Blocks of it that run on one multiprocessor at once.</summary>
    public int MaxActiveBlocks(int blockSize, int dynamicSharedBytes = 0, CudaOccupancyFlags flags = CudaOccupancyFlags.Default)
    {
        using var module = _module.Use();
        using var scope = ContextScope.Enter(_module.Context);
        int blocks;
        DriverApi.cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(&blocks, _function, blockSize, (nuint)dynamicSharedBytes, flags).Check();
        return blocks;
    }

    /// <summary>The block size of the best occupancy, and the least grid that fills the device with it.</summary>
    public (int MinGrid, int BlockSize) PotentialBlockSize(int dynamicSharedBytes = 0, int blockSizeLimit = 0, CudaOccupancyFlags flags = CudaOccupancyFlags.Default)
    {
        using var module = _module.Use();
        using var scope = ContextScope.Enter(_module.Context);
        int grid, block;
        DriverApi.cuOccupancyMaxPotentialBlockSizeWithFlags(&grid, &block, _function, null, (nuint)dynamicSharedBytes, blockSizeLimit, flags).Check();
        return (grid, block);
    }

    /// <summary>The same where the shared memory depends on the block size.</summary>
    public (int MinGrid, int BlockSize) PotentialBlockSize(Func<int, int> dynamicSharedBytes, int blockSizeLimit = 0, CudaOccupancyFlags flags = CudaOccupancyFlags.Default)
    {
        using var module = _module.Use();
        using var scope = ContextScope.Enter(_module.Context);
        int grid, block;
        var before = t_sharedOfBlock;
        t_sharedOfBlock = dynamicSharedBytes;
        try
        {
            DriverApi.cuOccupancyMaxPotentialBlockSizeWithFlags(&grid, &block, _function, &SharedOfBlock, 0, blockSizeLimit, flags).Check();
        }
        finally
        {
            t_sharedOfBlock = before;
        }
        return (grid, block);
    }

    /// <summary>Dynamic shared memory that so many blocks on a multiprocessor leave to each.</summary>
    public long AvailableDynamicShared(int blocks, int blockSize)
    {
        using var module = _module.Use();
        using var scope = ContextScope.Enter(_module.Context);
        nuint bytes;
        DriverApi.cuOccupancyAvailableDynamicSMemPerBlock(&bytes, _function, blocks, blockSize).Check();
        return (long)bytes;
    }

    /// <summary>The largest cluster that the next launch's sizes allow.</summary>
    public int MaxPotentialClusterSize() => Clusters(potential: true);

    /// <summary>Clusters of the next launch that run at once.</summary>
    public int MaxActiveClusters() => Clusters(potential: false);

    private int Clusters(bool potential)
    {
        using var module = _module.Use();
        using var scope = ContextScope.Enter(_module.Context);
        CudaLibraries.Driver.Demand(potential ? nameof(DriverApi.cuOccupancyMaxPotentialClusterSize) : nameof(DriverApi.cuOccupancyMaxActiveClusters), DriverApi.LaunchExSince);
        var attributes = stackalloc LaunchAttribute[3];
        var configuration = KernelLauncher.Configure(Prepare(), 0, attributes);
        int count;
        if (potential) DriverApi.cuOccupancyMaxPotentialClusterSize(&count, _function, &configuration).Check();
        else DriverApi.cuOccupancyMaxActiveClusters(&count, _function, &configuration).Check();
        return count;
    }

    private CudaLaunch Prepare()
    {
        var launch = new CudaLaunch(GridDimensions, BlockDimensions) { SharedBytes = DynamicSharedMemory, Cluster = ClusterDimensions, Cooperative = Cooperative };
        launch.Check(Name, _device, _staticShared, _maxThreads);
        // Beyond 48 KiB a kernel has to ask first.
        if (DynamicSharedMemory > _allowedShared) this[CudaFunctionAttribute.MaxDynamicSharedSizeBytes] = DynamicSharedMemory;
        return launch;
    }

    [ThreadStatic]
    private static Func<int, int>? t_sharedOfBlock;

    [UnmanagedCallersOnly]
    private static nuint SharedOfBlock(int blockSize)
    {
        try
        {
            return (nuint)(t_sharedOfBlock?.Invoke(blockSize) ?? 0);
        }
        catch (Exception)
        {
            // Nothing may be raised through native code; no block of that size fits then.
            return nuint.MaxValue / 2;
        }
    }
}
