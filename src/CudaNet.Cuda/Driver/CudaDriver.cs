using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>The driver itself.</summary>
public static unsafe class CudaDriver
{
    /// <summary>The oldest version whose entry points we call without asking.</summary>
    private const int Oldest = 11040;

    private static readonly Lock Initialising = new();
    private static bool _initialised;

    /// <summary>True if there is a driver, initialised, with at least one device; raises nothing.</summary>
    public static bool IsAvailable
    {
        get
        {
            try
            {
                return DeviceCount > 0;
            }
            catch (CudaNetException)
            {
                return false;
            }
        }
    }

    /// <summary>The CUDA version that the driver speaks.</summary>
    /// <exception cref="CudaLibraryException">There is no driver.</exception>
    public static Version Version
    {
        get
        {
            int version;
            DriverApi.cuDriverGetVersion(&version).Check();
            return new(version / 1000, version % 1000 / 10);
        }
    }

    /// <summary>Devices that this process may use.</summary>
    /// <exception cref="CudaLibraryException">There is no driver.</exception>
    /// <exception cref="CudaException">There is no device.</exception>
    public static int DeviceCount
    {
        get
        {
            Initialize();
            int count;
            DriverApi.cuDeviceGetCount(&count).Check();
            return count;
        }
    }

    /// <summary>Initialises the driver; everything that needs it does this by itself.</summary>
    /// <exception cref="CudaLibraryException">There is no driver, or it is too old.</exception>
    /// <exception cref="CudaException">There is no device.</exception>
    public static void Initialize()
    {
        if (Volatile.Read(ref _initialised)) return;
        lock (Initialising)
        {
            int version;
            DriverApi.cuDriverGetVersion(&version).Check();
            if (version < Oldest)
                throw new CudaLibraryException(CudaLibraries.Driver.Title, CudaLibraries.Driver.TryLoad().Name, $"CUDA {Oldest / 1000}.{Oldest % 1000 / 10}",
                    $"the least that we work with; this driver speaks CUDA {version / 1000}.{version % 1000 / 10}");
            DriverApi.cuInit(0).Check();
            Volatile.Write(ref _initialised, true);
        }
    }
}
