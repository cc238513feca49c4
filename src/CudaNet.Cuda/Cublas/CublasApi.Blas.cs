using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Cublas;

internal static unsafe partial class CublasApi
{
    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSgemv_v2(nint handle, CublasOperation trans, int m, int n, float* alpha, nint a, int lda, nint x, int incx, float* beta, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSger_v2(nint handle, int m, int n, float* alpha, nint x, int incx, nint y, int incy, nint a, int lda);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSaxpy_v2(nint handle, int n, float* alpha, nint x, int incx, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSscal_v2(nint handle, int n, float* alpha, nint x, int incx);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasScopy_v2(nint handle, int n, nint x, int incx, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSswap_v2(nint handle, int n, nint x, int incx, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSdot_v2(nint handle, int n, nint x, int incx, nint y, int incy, float* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSnrm2_v2(nint handle, int n, nint x, int incx, float* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSasum_v2(nint handle, int n, nint x, int incx, float* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasIsamax_v2(nint handle, int n, nint x, int incx, int* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasIsamin_v2(nint handle, int n, nint x, int incx, int* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSgeam(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, float* alpha, nint a, int lda, float* beta, nint b, int ldb, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSdgmm(nint handle, CublasSide side, int m, int n, nint a, int lda, nint x, int incx, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSsyrk_v2(nint handle, CublasFillMode fill, CublasOperation trans, int n, int k, float* alpha, nint a, int lda, float* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasSsymm_v2(nint handle, CublasSide side, CublasFillMode fill, int m, int n, float* alpha, nint a, int lda, nint b, int ldb, float* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasStrsm_v2(nint handle, CublasSide side, CublasFillMode fill, CublasOperation trans, CublasDiagonal diagonal, int m, int n,
        float* alpha, nint a, int lda, nint b, int ldb);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasStrmm_v2(nint handle, CublasSide side, CublasFillMode fill, CublasOperation trans, CublasDiagonal diagonal, int m, int n,
        float* alpha, nint a, int lda, nint b, int ldb, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDgemv_v2(nint handle, CublasOperation trans, int m, int n, double* alpha, nint a, int lda, nint x, int incx, double* beta, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDger_v2(nint handle, int m, int n, double* alpha, nint x, int incx, nint y, int incy, nint a, int lda);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDaxpy_v2(nint handle, int n, double* alpha, nint x, int incx, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDscal_v2(nint handle, int n, double* alpha, nint x, int incx);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDcopy_v2(nint handle, int n, nint x, int incx, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDswap_v2(nint handle, int n, nint x, int incx, nint y, int incy);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDdot_v2(nint handle, int n, nint x, int incx, nint y, int incy, double* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDnrm2_v2(nint handle, int n, nint x, int incx, double* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDasum_v2(nint handle, int n, nint x, int incx, double* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasIdamax_v2(nint handle, int n, nint x, int incx, int* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasIdamin_v2(nint handle, int n, nint x, int incx, int* result);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDgeam(nint handle, CublasOperation transA, CublasOperation transB, int m, int n, double* alpha, nint a, int lda, double* beta, nint b, int ldb, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDdgmm(nint handle, CublasSide side, int m, int n, nint a, int lda, nint x, int incx, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDsyrk_v2(nint handle, CublasFillMode fill, CublasOperation trans, int n, int k, double* alpha, nint a, int lda, double* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDsymm_v2(nint handle, CublasSide side, CublasFillMode fill, int m, int n, double* alpha, nint a, int lda, nint b, int ldb, double* beta, nint c, int ldc);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDtrsm_v2(nint handle, CublasSide side, CublasFillMode fill, CublasOperation trans, CublasDiagonal diagonal, int m, int n,
        double* alpha, nint a, int lda, nint b, int ldb);

    [LibraryImport(Library)]
    internal static partial CublasStatus cublasDtrmm_v2(nint handle, CublasSide side, CublasFillMode fill, CublasOperation trans, CublasDiagonal diagonal, int m, int n,
        double* alpha, nint a, int lda, nint b, int ldb, nint c, int ldc);
}
