using System.Collections.Concurrent;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A card.</summary>
public sealed unsafe class CudaDevice
{
    private static readonly ConcurrentDictionary<int, CudaDeviceProperties> Properties = new();

    private readonly int _handle;

    /// <summary>The card of that number.</summary>
    /// <exception cref="CudaLibraryException">There is no driver.</exception>
    /// <exception cref="CudaException">There is no such device.</exception>
    public CudaDevice(int ordinal = 0)
    {
        CudaDriver.Initialize();
        Ordinal = ordinal;
        int handle;
        DriverApi.cuDeviceGet(&handle, ordinal).Check($"Device {ordinal} was asked for.");
        _handle = handle;
    }

    /// <summary>Its number.</summary>
    public int Ordinal { get; }

    /// <summary>The number by which the driver calls it.</summary>
    internal int Handle => _handle;

    /// <summary>All cards.</summary>
    public static CudaDevice[] All
    {
        get
        {
            var devices = new CudaDevice[CudaDriver.DeviceCount];
            for (var i = 0; i < devices.Length; i++) devices[i] = new(i);
            return devices;
        }
    }

    /// <summary>Its name.</summary>
    public string Name
    {
        get
        {
            Span<byte> buffer = stackalloc byte[256];
            fixed (byte* name = buffer) DriverApi.cuDeviceGetName(name, buffer.Length, _handle).Check();
            return NativeText.From(buffer);
        }
    }

    /// <summary>A number that no other card has, as nvidia-smi prints it after "GPU-".</summary>
    public Guid Uuid
    {
        get
        {
            DeviceUuid uuid;
            DriverApi.cuDeviceGetUuid(&uuid, _handle).Check();
            return new Guid(new ReadOnlySpan<byte>(&uuid, sizeof(DeviceUuid)), bigEndian: true);
        }
    }

    /// <summary>Its place on the bus: 0000:01:00.0.</summary>
    public string PciBusId
    {
        get
        {
            Span<byte> buffer = stackalloc byte[32];
            fixed (byte* id = buffer) DriverApi.cuDeviceGetPCIBusId(id, buffer.Length, _handle).Check();
            return NativeText.From(buffer);
        }
    }

    /// <summary>Bytes of memory.</summary>
    public long TotalMemory
    {
        get
        {
            nuint bytes;
            DriverApi.cuDeviceTotalMem_v2(&bytes, _handle).Check();
            return (long)bytes;
        }
    }

    /// <summary>Compute capability: 8.0 is an A100, 9.0 an H100.</summary>
    public Version ComputeCapability => new(this[CudaDeviceAttribute.ComputeCapabilityMajor], this[CudaDeviceAttribute.ComputeCapabilityMinor]);

    /// <summary>The pool that allocations in stream order take from.</summary>
    public CudaMemoryPool MemoryPool => CudaMemoryPool.OfDevice(this);

    /// <summary>A property.</summary>
    public int this[CudaDeviceAttribute attribute]
    {
        get
        {
            int value;
            DriverApi.cuDeviceGetAttribute(&value, attribute, _handle).Check($"{attribute} was asked for.");
            return value;
        }
    }

    /// <summary>True if kernels on it can use the other's memory.</summary>
    public bool CanAccessPeer(CudaDevice peer)
    {
        int can;
        DriverApi.cuDeviceCanAccessPeer(&can, _handle, peer._handle).Check();
        return can != 0;
    }

    /// <summary>A property of the link to another card.</summary>
    public int GetPeerAttribute(CudaPeerAttribute attribute, CudaDevice peer)
    {
        int value;
        DriverApi.cuDeviceGetP2PAttribute(&value, attribute, _handle, peer._handle).Check();
        return value;
    }

    /// <summary>Gives memory of graphs back that none uses.</summary>
    public void TrimGraphMemory() => DriverApi.cuDeviceGraphMemTrim(_handle).Check();

    /// <summary>What a backend wants to know.</summary>
    public CudaDeviceProperties GetProperties() => Properties.GetOrAdd(Ordinal, static (_, device) => device.ReadProperties(), this);

    private CudaDeviceProperties ReadProperties() => new()
    {
        Name = Name,
        ComputeCapability = ComputeCapability,
        TotalMemory = TotalMemory,
        MultiprocessorCount = this[CudaDeviceAttribute.MultiprocessorCount],
        MaxThreadsPerBlock = this[CudaDeviceAttribute.MaxThreadsPerBlock],
        MaxThreadsPerMultiprocessor = this[CudaDeviceAttribute.MaxThreadsPerMultiprocessor],
        MaxBlocksPerMultiprocessor = this[CudaDeviceAttribute.MaxBlocksPerMultiprocessor],
        WarpSize = this[CudaDeviceAttribute.WarpSize],
        MaxBlock = new(this[CudaDeviceAttribute.MaxBlockDimX], this[CudaDeviceAttribute.MaxBlockDimY], this[CudaDeviceAttribute.MaxBlockDimZ]),
        MaxGrid = new(this[CudaDeviceAttribute.MaxGridDimX], this[CudaDeviceAttribute.MaxGridDimY], this[CudaDeviceAttribute.MaxGridDimZ]),
        RegistersPerBlock = this[CudaDeviceAttribute.MaxRegistersPerBlock],
        RegistersPerMultiprocessor = this[CudaDeviceAttribute.MaxRegistersPerMultiprocessor],
        SharedBytesPerBlock = this[CudaDeviceAttribute.MaxSharedMemoryPerBlock],
        SharedBytesPerBlockOptIn = this[CudaDeviceAttribute.MaxSharedMemoryPerBlockOptin],
        SharedBytesPerMultiprocessor = this[CudaDeviceAttribute.MaxSharedMemoryPerMultiprocessor],
        L2Bytes = this[CudaDeviceAttribute.L2CacheSize],
        MemoryBusBits = this[CudaDeviceAttribute.GlobalMemoryBusWidth],
        ClockKilohertz = this[CudaDeviceAttribute.ClockRate],
        MemoryClockKilohertz = this[CudaDeviceAttribute.MemoryClockRate],
        SupportsCooperativeLaunch = this[CudaDeviceAttribute.CooperativeLaunch] != 0,
        SupportsMemoryPools = this[CudaDeviceAttribute.MemoryPoolsSupported] != 0,
        SupportsConcurrentManagedAccess = this[CudaDeviceAttribute.ConcurrentManagedAccess] != 0,
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Ordinal}: {Name} ({ComputeCapability})";
}
