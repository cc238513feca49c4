using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvml;

/// <summary>A card as its management sees it: energy, temperature, clocks, memory. Its numbers follow the bus and not
/// CUDA_VISIBLE_DEVICES; <see cref="Of"/> finds the one of a CUDA device.</summary>
public sealed unsafe class NvmlDevice
{
    private static readonly Lock Initialising = new();
    private static bool _initialised;

    private readonly nint _device;

    private NvmlDevice(nint device) => _device = device;

    /// <summary>The card of that number.</summary>
    /// <exception cref="CudaLibraryException">The library is not installed.</exception>
    /// <exception cref="NvmlException">There is no such card.</exception>
    public NvmlDevice(int index)
    {
        Initialize();
        nint device;
        NvmlApi.nvmlDeviceGetHandleByIndex_v2((uint)index, &device).Check();
        _device = device;
    }

    /// <summary>Cards of the machine.</summary>
    public static int Count
    {
        get
        {
            Initialize();
            uint count;
            NvmlApi.nvmlDeviceGetCount_v2(&count).Check();
            return (int)count;
        }
    }

    /// <summary>The version of the driver: 535.104.05.</summary>
    public static string DriverVersion => SystemText(&NvmlApi.nvmlSystemGetDriverVersion, nameof(NvmlApi.nvmlSystemGetDriverVersion));

    /// <summary>The version of this library.</summary>
    public static string LibraryVersion => SystemText(&NvmlApi.nvmlSystemGetNVMLVersion, nameof(NvmlApi.nvmlSystemGetNVMLVersion));

    /// <summary>The CUDA version that the driver speaks.</summary>
    public static Version CudaVersion
    {
        get
        {
            Initialize();
            int version;
            NvmlApi.nvmlSystemGetCudaDriverVersion_v2(&version).Check();
            return new(version / 1000, version % 1000 / 10);
        }
    }

    /// <summary>Its name.</summary>
    public string Name => DeviceText(&NvmlApi.nvmlDeviceGetName, nameof(NvmlApi.nvmlDeviceGetName));

    /// <summary>A name that no other card has: GPU-….</summary>
    public string Uuid => DeviceText(&NvmlApi.nvmlDeviceGetUUID, nameof(NvmlApi.nvmlDeviceGetUUID));

    /// <summary>Compute capability.</summary>
    public Version ComputeCapability
    {
        get
        {
            int major, minor;
            NvmlApi.nvmlDeviceGetCudaComputeCapability(_device, &major, &minor).Check();
            return new(major, minor);
        }
    }

    /// <summary>Bytes of memory: all, free, and used by all processes.</summary>
    public (long Total, long Free, long Used) Memory
    {
        get
        {
            NvmlMemory memory;
            NvmlApi.nvmlDeviceGetMemoryInfo(_device, &memory).Check();
            return ((long)memory.Total, (long)memory.Free, (long)memory.Used);
        }
    }

    /// <summary>Temperature in °C.</summary>
    public int Temperature
    {
        get
        {
            uint celsius;
            NvmlApi.nvmlDeviceGetTemperature(_device, 0, &celsius).Check();
            return (int)celsius;
        }
    }

    /// <summary>Power in watts, over about the last second.</summary>
    public double Power
    {
        get
        {
            uint milliwatts;
            NvmlApi.nvmlDeviceGetPowerUsage(_device, &milliwatts).Check();
            return milliwatts / 1e3;
        }
    }

    /// <summary>The power in watts at which it slows down.</summary>
    public double PowerLimit
    {
        get
        {
            uint milliwatts;
            NvmlApi.nvmlDeviceGetEnforcedPowerLimit(_device, &milliwatts).Check();
            return milliwatts / 1e3;
        }
    }

    /// <summary>Energy in joules since the driver was loaded; the difference of two readings is what a run took. Volta and later.</summary>
    public double TotalEnergy
    {
        get
        {
            ulong millijoules;
            NvmlApi.nvmlDeviceGetTotalEnergyConsumption(_device, &millijoules).Check();
            return millijoules / 1e3;
        }
    }

    /// <summary>Percent of the last while in which a kernel ran, and in which memory was read or written.</summary>
    public (int Gpu, int Memory) Utilization
    {
        get
        {
            NvmlRates rates;
            NvmlApi.nvmlDeviceGetUtilizationRates(_device, &rates).Check();
            return ((int)rates.Gpu, (int)rates.Memory);
        }
    }

    /// <summary>Speed of the fan in percent; cards of servers have none.</summary>
    public int FanSpeed
    {
        get
        {
            uint percent;
            NvmlApi.nvmlDeviceGetFanSpeed(_device, &percent).Check();
            return (int)percent;
        }
    }

    /// <summary>0 for the fastest, 15 for the slowest state.</summary>
    public int PerformanceState
    {
        get
        {
            int state;
            NvmlApi.nvmlDeviceGetPerformanceState(_device, &state).Check();
            return state;
        }
    }

    /// <summary>Generation and lanes of its PCIe link.</summary>
    public (int Generation, int Lanes) PcieLink
    {
        get
        {
            uint generation, lanes;
            NvmlApi.nvmlDeviceGetCurrPcieLinkGeneration(_device, &generation).Check();
            NvmlApi.nvmlDeviceGetCurrPcieLinkWidth(_device, &lanes).Check();
            return ((int)generation, (int)lanes);
        }
    }

    /// <summary>The card behind a CUDA device.</summary>
    public static NvmlDevice Of(CudaDevice device)
    {
        Initialize();
        nint handle;
        fixed (byte* id = NativeText.ToBytes(device.PciBusId)) NvmlApi.nvmlDeviceGetHandleByPciBusId_v2(id, &handle).Check();
        return new(handle);
    }

    /// <summary>The card of that name: GPU-….</summary>
    public static NvmlDevice ByUuid(string uuid)
    {
        Initialize();
        nint handle;
        fixed (byte* id = NativeText.ToBytes(uuid)) NvmlApi.nvmlDeviceGetHandleByUUID(id, &handle).Check();
        return new(handle);
    }

    /// <summary>A clock in MHz.</summary>
    public int GetClock(NvmlClock clock)
    {
        uint megahertz;
        NvmlApi.nvmlDeviceGetClockInfo(_device, clock, &megahertz).Check();
        return (int)megahertz;
    }

    /// <summary>The highest that a clock may be, in MHz.</summary>
    public int GetMaxClock(NvmlClock clock)
    {
        uint megahertz;
        NvmlApi.nvmlDeviceGetMaxClockInfo(_device, clock, &megahertz).Check();
        return (int)megahertz;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Starts the library. It stays so to the end of the process: handles are valid only while it runs.</summary>
    internal static void Initialize()
    {
        if (Volatile.Read(ref _initialised)) return;
        lock (Initialising)
        {
            if (_initialised) return;
            NvmlApi.nvmlInit_v2().Check();
            Volatile.Write(ref _initialised, true);
        }
    }

    private static string SystemText(delegate*<byte*, uint, NvmlStatus> get, string name)
    {
        Initialize();
        var buffer = new byte[TextBytes];
        fixed (byte* text = buffer) get(text, TextBytes).Check(name);
        return NativeText.From(buffer);
    }

    private string DeviceText(delegate*<nint, byte*, uint, NvmlStatus> get, string name)
    {
        var buffer = new byte[TextBytes];
        fixed (byte* text = buffer) get(_device, text, TextBytes).Check(name);
        return NativeText.From(buffer);
    }

    private const int TextBytes = 128;
}
