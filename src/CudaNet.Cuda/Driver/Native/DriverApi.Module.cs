using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver.Native;

internal static unsafe partial class DriverApi
{
    [LibraryImport(Library)] internal static partial CudaStatus cuModuleLoadDataEx(nint* module, byte* image, uint optionCount, JitOption* options, nint* values);

    [LibraryImport(Library)] internal static partial CudaStatus cuModuleLoadFatBinary(nint* module, byte* image);

    [LibraryImport(Library)] internal static partial CudaStatus cuModuleUnload(nint module);

    [LibraryImport(Library)] internal static partial CudaStatus cuModuleGetFunction(nint* function, nint module, byte* name);

    [LibraryImport(Library)] internal static partial CudaStatus cuModuleGetGlobal_v2(nint* address, nuint* bytes, nint module, byte* name);

    [LibraryImport(Library)] internal static partial CudaStatus cuFuncGetAttribute(int* value, CudaFunctionAttribute attribute, nint function);

    [LibraryImport(Library)] internal static partial CudaStatus cuFuncSetAttribute(nint function, CudaFunctionAttribute attribute, int value);

    [LibraryImport(Library)] internal static partial CudaStatus cuFuncSetCacheConfig(nint function, CudaCachePreference preference);

    [LibraryImport(Library), NativeSince(ParameterInfoSince)]
    internal static partial CudaStatus cuFuncGetParamInfo(nint function, nuint index, nuint* offset, nuint* bytes);

    [LibraryImport(Library)]
    internal static partial CudaStatus cuLaunchKernel(nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ,
        uint sharedBytes, nint stream, void** parameters, void** extra);

    [LibraryImport(Library)]
    internal static partial CudaStatus cuLaunchCooperativeKernel(nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ,
        uint sharedBytes, nint stream, void** parameters);

    [LibraryImport(Library), NativeSince(LaunchExSince)]
    internal static partial CudaStatus cuLaunchKernelEx(LaunchConfiguration* configuration, nint function, void** parameters, void** extra);

    [LibraryImport(Library)] internal static partial CudaStatus cuLaunchHostFunc(nint stream, delegate* unmanaged<nint, void> function, nint state);

    [LibraryImport(Library)]
    internal static partial CudaStatus cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int* blocks, nint function, int blockSize, nuint dynamicShared, CudaOccupancyFlags flags);

    [LibraryImport(Library)]
    internal static partial CudaStatus cuOccupancyMaxPotentialBlockSizeWithFlags(int* minGrid, int* blockSize, nint function,
        delegate* unmanaged<int, nuint> sharedOfBlockSize, nuint dynamicShared, int blockSizeLimit, CudaOccupancyFlags flags);

    [LibraryImport(Library)] internal static partial CudaStatus cuOccupancyAvailableDynamicSMemPerBlock(nuint* bytes, nint function, int blocks, int blockSize);

    [LibraryImport(Library), NativeSince(LaunchExSince)]
    internal static partial CudaStatus cuOccupancyMaxPotentialClusterSize(int* size, nint function, LaunchConfiguration* configuration);

    [LibraryImport(Library), NativeSince(LaunchExSince)]
    internal static partial CudaStatus cuOccupancyMaxActiveClusters(int* clusters, nint function, LaunchConfiguration* configuration);

    internal const string LaunchExSince = "part of CUDA 11.8 and later", ParameterInfoSince = "part of CUDA 12.4 and later";
}

/// <summary>CUjit_option: the ones that we set.</summary>
internal enum JitOption
{
    MaxRegisters = 0,
    WallTime = 2,
    InfoLogBuffer = 3,
    InfoLogBufferSize = 4,
    ErrorLogBuffer = 5,
    ErrorLogBufferSize = 6,
    OptimizationLevel = 7,
    Target = 9,
    GenerateDebugInfo = 11,
    LogVerbose = 12,
    GenerateLineInfo = 13,
    CacheMode = 14,
}
