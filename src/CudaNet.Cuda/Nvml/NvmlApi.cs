using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvml;

/// <summary>NVIDIA's management library: what nvidia-smi shows. It needs no context.</summary>
internal static unsafe partial class NvmlApi
{
    private const string Library = CudaLibraries.NvmlKey;

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlInit_v2();

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlShutdown();

    [LibraryImport(Library)] internal static partial byte* nvmlErrorString(NvmlStatus status);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlSystemGetDriverVersion(byte* version, uint length);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlSystemGetNVMLVersion(byte* version, uint length);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlSystemGetCudaDriverVersion_v2(int* version);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetCount_v2(uint* count);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetHandleByIndex_v2(uint index, nint* device);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetHandleByUUID(byte* uuid, nint* device);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetHandleByPciBusId_v2(byte* busId, nint* device);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetName(nint device, byte* name, uint length);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetUUID(nint device, byte* uuid, uint length);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetMemoryInfo(nint device, NvmlMemory* memory);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetTemperature(nint device, int sensor, uint* celsius);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetPowerUsage(nint device, uint* milliwatts);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetEnforcedPowerLimit(nint device, uint* milliwatts);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetTotalEnergyConsumption(nint device, ulong* millijoules);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetClockInfo(nint device, NvmlClock clock, uint* megahertz);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetMaxClockInfo(nint device, NvmlClock clock, uint* megahertz);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetUtilizationRates(nint device, NvmlRates* rates);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetFanSpeed(nint device, uint* percent);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetPerformanceState(nint device, int* state);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetCudaComputeCapability(nint device, int* major, int* minor);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetCurrPcieLinkGeneration(nint device, uint* generation);

    [LibraryImport(Library)] internal static partial NvmlStatus nvmlDeviceGetCurrPcieLinkWidth(nint device, uint* lanes);
}

/// <summary>nvmlMemory_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlMemory
{
    public ulong Total, Free, Used;
}

/// <summary>nvmlUtilization_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NvmlRates
{
    public uint Gpu, Memory;
}
