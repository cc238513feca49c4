using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>cuBLAS of CUDA 11 to 13. Matrices lie column after column.</summary>
internal static unsafe partial class CublasApi
{
    private const string Library = CudaLibraries.CublasKey;

    internal const string StatusTextSince = "part of CUDA 11.4 and later";

    [LibraryImport(Library)] internal static partial CublasStatus cublasCreate_v2(nint* handle);

    [LibraryImport(Library)] internal static partial CublasStatus cublasDestroy_v2(nint handle);

    [LibraryImport(Library)] internal static partial CublasStatus cublasGetVersion_v2(nint handle, int* version);

    [LibraryImport(Library)] internal static partial CublasStatus cublasGetProperty(int property, int* value);

    [LibraryImport(Library), NativeSince(StatusTextSince)] internal static partial byte* cublasGetStatusName(CublasStatus status);

    [LibraryImport(Library), NativeSince(StatusTextSince)] internal static partial byte* cublasGetStatusString(CublasStatus status);

    [LibraryImport(Library)] internal static partial CublasStatus cublasSetStream_v2(nint handle, nint stream);

    [LibraryImport(Library)] internal static partial CublasStatus cublasGetStream_v2(nint handle, nint* stream);

    [LibraryImport(Library)] internal static partial CublasStatus cublasSetWorkspace_v2(nint handle, nint workspace, nuint bytes);

    [LibraryImport(Library)] internal static partial CublasStatus cublasSetPointerMode_v2(nint handle, CublasPointerMode mode);

    [LibraryImport(Library)] internal static partial CublasStatus cublasGetPointerMode_v2(nint handle, CublasPointerMode* mode);

    [LibraryImport(Library)] internal static partial CublasStatus cublasSetMathMode(nint handle, CublasMath mode);

    [LibraryImport(Library)] internal static partial CublasStatus cublasGetMathMode(nint handle, CublasMath* mode);

    [LibraryImport(Library)] internal static partial CublasStatus cublasSetAtomicsMode(nint handle, int allowed);

    [LibraryImport(Library)] internal static partial CublasStatus cublasGetAtomicsMode(nint handle, int* allowed);
}
