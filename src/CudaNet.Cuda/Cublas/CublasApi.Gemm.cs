using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Cublas;

internal static unsafe partial class CublasApi
{
    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSgemm_v2(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, int k,
        float* alpha, nint a, int lda, nint b, int ldb, float* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDgemm_v2(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, int k,
        double* alpha, nint a, int lda, nint b, int ldb, double* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasHgemm(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, int k,
        Half* alpha, nint a, int lda, nint b, int ldb, Half* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasGemmEx(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, int k,
        void* alpha, nint a, CudaDataType typeA, int lda, nint b, CudaDataType typeB, int ldb,
        void* beta, nint c, CudaDataType typeC, int ldc, CublasComputeType compute, CublasAlgorithm algorithm);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasGemmBatchedEx(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, int k,
        void* alpha, nint arrayA, CudaDataType typeA, int lda, nint arrayB, CudaDataType typeB, int ldb,
        void* beta, nint arrayC, CudaDataType typeC, int ldc, int batch, CublasComputeType compute, CublasAlgorithm algorithm);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasGemmStridedBatchedEx(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, int k,
        void* alpha, nint a, CudaDataType typeA, int lda, long strideA, nint b, CudaDataType typeB, int ldb, long strideB,
        void* beta, nint c, CudaDataType typeC, int ldc, long strideC, int batch, CublasComputeType compute, CublasAlgorithm algorithm);
}
