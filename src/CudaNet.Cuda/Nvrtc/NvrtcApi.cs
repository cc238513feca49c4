using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Nvrtc;

/// <summary>CUDA's run-time compiler. Sizes include the closing zero.</summary>
internal static unsafe partial class NvrtcApi
{
    private const string Library = CudaLibraries.NvrtcKey;

    internal const string LtoSince = "part of CUDA 12.0 and later";

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcVersion(int* major, int* minor);

    [LibraryImport(Library)] internal static partial byte* nvrtcGetErrorString(NvrtcStatus status);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetNumSupportedArchs(int* count);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetSupportedArchs(int* architectures);

    [LibraryImport(Library)]
    internal static partial NvrtcStatus nvrtcCreateProgram(nint* program, byte* source, byte* name, int headerCount, byte** headers, byte** includeNames);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcDestroyProgram(nint* program);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcCompileProgram(nint program, int optionCount, byte** options);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetPTXSize(nint program, nuint* bytes);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetPTX(nint program, byte* ptx);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetCUBINSize(nint program, nuint* bytes);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetCUBIN(nint program, byte* cubin);

    [LibraryImport(Library), NativeSince(LtoSince)] internal static partial NvrtcStatus nvrtcGetLTOIRSize(nint program, nuint* bytes);

    [LibraryImport(Library), NativeSince(LtoSince)] internal static partial NvrtcStatus nvrtcGetLTOIR(nint program, byte* code);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetProgramLogSize(nint program, nuint* bytes);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetProgramLog(nint program, byte* log);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcAddNameExpression(nint program, byte* expression);

    [LibraryImport(Library)] internal static partial NvrtcStatus nvrtcGetLoweredName(nint program, byte* expression, byte** name);
}
