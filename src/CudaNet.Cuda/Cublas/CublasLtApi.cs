using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>cuBLASLt: products with a choice of algorithm and with epilogues.</summary>
internal static unsafe partial class CublasLtApi
{
    private const string Library = CudaLibraries.CublasLtKey;

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtCreate(nint* handle);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtDestroy(nint handle);

    [LibraryImport(Library)] internal static partial nuint cublasLtGetVersion();

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatmulDescCreate(nint* descriptor, CublasComputeType compute, CudaDataType scale);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatmulDescDestroy(nint descriptor);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatmulDescSetAttribute(nint descriptor, CublasLtMatmulAttribute attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulDescGetAttribute(nint descriptor, CublasLtMatmulAttribute attribute, void* value, nuint bytes, nuint* written);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatrixLayoutCreate(nint* layout, CudaDataType type, ulong rows, ulong columns, long leadingDimension);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatrixLayoutDestroy(nint layout);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatrixLayoutSetAttribute(nint layout, CublasLtLayoutAttribute attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatrixLayoutGetAttribute(nint layout, CublasLtLayoutAttribute attribute, void* value, nuint bytes, nuint* written);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatmulPreferenceCreate(nint* preference);

    [LibraryImport(Library)] internal static partial CublasStatus cublasLtMatmulPreferenceDestroy(nint preference);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulPreferenceSetAttribute(nint preference, CublasLtPreferenceAttribute attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulAlgoGetHeuristic(nint handle, nint operation, nint a, nint b, nint c, nint d, nint preference,
        int requested, LtHeuristicResult* results, int* returned);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulAlgoGetIds(nint handle, CublasComputeType compute, CudaDataType scale,
        CudaDataType a, CudaDataType b, CudaDataType c, CudaDataType d, int requested, int* ids, int* returned);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulAlgoInit(nint handle, CublasComputeType compute, CudaDataType scale,
        CudaDataType a, CudaDataType b, CudaDataType c, CudaDataType d, int id, LtAlgorithm* algorithm);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulAlgoCheck(nint handle, nint operation, nint a, nint b, nint c, nint d, LtAlgorithm* algorithm, LtHeuristicResult* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulAlgoConfigSetAttribute(LtAlgorithm* algorithm, CublasLtAlgorithmAttribute attribute, void* value, nuint bytes);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmulAlgoConfigGetAttribute(LtAlgorithm* algorithm, CublasLtAlgorithmAttribute attribute, void* value, nuint bytes, nuint* written);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasLtMatmul(nint handle, nint operation, void* alpha, nint a, nint layoutA, nint b, nint layoutB,
        void* beta, nint c, nint layoutC, nint d, nint layoutD, LtAlgorithm* algorithm, nint workspace, nuint workspaceBytes, nint stream);
}

/// <summary>cublasLtMatmulAlgo_t: bytes that only the library reads; plain data, so that it can be kept on disk.</summary>
[System.Runtime.CompilerServices.InlineArray(8)]
internal struct LtAlgorithm
{
    private ulong _first;
}

/// <summary>cublasLtMatmulHeuristicResult_t.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LtHeuristicResult
{
    public LtAlgorithm Algorithm;
    public nuint WorkspaceBytes;
    public CublasStatus State;
    public float WavesCount;
    public LtReserved Reserved;

    [System.Runtime.CompilerServices.InlineArray(4)]
    public struct LtReserved
    {
        private int _first;
    }
}
