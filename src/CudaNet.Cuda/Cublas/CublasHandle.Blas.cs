using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cublas;

// The routines of BLAS that are no products of two general matrices, for float and double. "inc" is the distance of a
// vector's values, "ld" that of a matrix's columns.
public sealed unsafe partial class CublasHandle
{
    /// <summary>y = α·op(A)·x + β·y; A has m rows and n columns.</summary>
    public void Gemv<T>(CublasOperation trans, int m, int n, T alpha, CudaDevicePointer a, int lda, CudaDevicePointer x, int incx, T beta, CudaDevicePointer y, int incy)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSgemv_v2(handle, trans, m, n, (float*)&alpha, a.Value, lda, x.Value, incx, (float*)&beta, y.Value, incy).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDgemv_v2(handle, trans, m, n, (double*)&alpha, a.Value, lda, x.Value, incx, (double*)&beta, y.Value, incy).Check();
        else throw NotFor<T>();
    }

    /// <summary>A = α·x·yᵀ + A.</summary>
    public void Ger<T>(int m, int n, T alpha, CudaDevicePointer x, int incx, CudaDevicePointer y, int incy, CudaDevicePointer a, int lda)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSger_v2(handle, m, n, (float*)&alpha, x.Value, incx, y.Value, incy, a.Value, lda).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDger_v2(handle, m, n, (double*)&alpha, x.Value, incx, y.Value, incy, a.Value, lda).Check();
        else throw NotFor<T>();
    }

    /// <summary>y = α·x + y.</summary>
    public void Axpy<T>(int n, T alpha, CudaDevicePointer x, int incx, CudaDevicePointer y, int incy)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSaxpy_v2(handle, n, (float*)&alpha, x.Value, incx, y.Value, incy).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDaxpy_v2(handle, n, (double*)&alpha, x.Value, incx, y.Value, incy).Check();
        else throw NotFor<T>();
    }

    /// <summary>x = α·x.</summary>
    public void Scale<T>(int n, T alpha, CudaDevicePointer x, int incx)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSscal_v2(handle, n, (float*)&alpha, x.Value, incx).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDscal_v2(handle, n, (double*)&alpha, x.Value, incx).Check();
        else throw NotFor<T>();
    }

    /// <summary>y = x.</summary>
    public void Copy<T>(int n, CudaDevicePointer x, int incx, CudaDevicePointer y, int incy)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasScopy_v2(handle, n, x.Value, incx, y.Value, incy).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDcopy_v2(handle, n, x.Value, incx, y.Value, incy).Check();
        else throw NotFor<T>();
    }

    /// <summary>x and y change places.</summary>
    public void Swap<T>(int n, CudaDevicePointer x, int incx, CudaDevicePointer y, int incy)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSswap_v2(handle, n, x.Value, incx, y.Value, incy).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDswap_v2(handle, n, x.Value, incx, y.Value, incy).Check();
        else throw NotFor<T>();
    }

    /// <summary>xᵀ·y; waits.</summary>
    public T Dot<T>(int n, CudaDevicePointer x, int incx, CudaDevicePointer y, int incy)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        T result;
        if (typeof(T) == typeof(float)) CublasApi.cublasSdot_v2(handle, n, x.Value, incx, y.Value, incy, (float*)&result).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDdot_v2(handle, n, x.Value, incx, y.Value, incy, (double*)&result).Check();
        else throw NotFor<T>();
        return result;
    }

    /// <summary>The Euclidean norm of x; waits.</summary>
    public T Norm2<T>(int n, CudaDevicePointer x, int incx)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        T result;
        if (typeof(T) == typeof(float)) CublasApi.cublasSnrm2_v2(handle, n, x.Value, incx, (float*)&result).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDnrm2_v2(handle, n, x.Value, incx, (double*)&result).Check();
        else throw NotFor<T>();
        return result;
    }

    /// <summary>The sum of magnitudes; waits.</summary>
    public T AbsoluteSum<T>(int n, CudaDevicePointer x, int incx)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        T result;
        if (typeof(T) == typeof(float)) CublasApi.cublasSasum_v2(handle, n, x.Value, incx, (float*)&result).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDasum_v2(handle, n, x.Value, incx, (double*)&result).Check();
        else throw NotFor<T>();
        return result;
    }

    /// <summary>The place of the greatest magnitude, from 1 as in Fortran; waits.</summary>
    public int MaxIndex<T>(int n, CudaDevicePointer x, int incx)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        int result;
        if (typeof(T) == typeof(float)) CublasApi.cublasIsamax_v2(handle, n, x.Value, incx, &result).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasIdamax_v2(handle, n, x.Value, incx, &result).Check();
        else throw NotFor<T>();
        return result;
    }

    /// <summary>The place of the least magnitude, from 1 as in Fortran; waits.</summary>
    public int MinIndex<T>(int n, CudaDevicePointer x, int incx)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        int result;
        if (typeof(T) == typeof(float)) CublasApi.cublasIsamin_v2(handle, n, x.Value, incx, &result).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasIdamin_v2(handle, n, x.Value, incx, &result).Check();
        else throw NotFor<T>();
        return result;
    }

    /// <summary>C = α·op(A) + β·op(B): sums and transposes.</summary>
    public void Geam<T>(CublasOperation transA, CublasOperation transB, int m, int n, T alpha, CudaDevicePointer a, int lda, T beta, CudaDevicePointer b, int ldb, CudaDevicePointer c, int ldc)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSgeam(handle, transA, transB, m, n, (float*)&alpha, a.Value, lda, (float*)&beta, b.Value, ldb, c.Value, ldc).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDgeam(handle, transA, transB, m, n, (double*)&alpha, a.Value, lda, (double*)&beta, b.Value, ldb, c.Value, ldc).Check();
        else throw NotFor<T>();
    }

    /// <summary>C = diag(x)·A, or A·diag(x) with the diagonal on the right.</summary>
    public void Dgmm<T>(CublasSide side, int m, int n, CudaDevicePointer a, int lda, CudaDevicePointer x, int incx, CudaDevicePointer c, int ldc)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSdgmm(handle, side, m, n, a.Value, lda, x.Value, incx, c.Value, ldc).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDdgmm(handle, side, m, n, a.Value, lda, x.Value, incx, c.Value, ldc).Check();
        else throw NotFor<T>();
    }

    /// <summary>C = α·op(A)·op(A)ᵀ + β·C, one half of C.</summary>
    public void Syrk<T>(CublasFillMode fill, CublasOperation trans, int n, int k, T alpha, CudaDevicePointer a, int lda, T beta, CudaDevicePointer c, int ldc)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSsyrk_v2(handle, fill, trans, n, k, (float*)&alpha, a.Value, lda, (float*)&beta, c.Value, ldc).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDsyrk_v2(handle, fill, trans, n, k, (double*)&alpha, a.Value, lda, (double*)&beta, c.Value, ldc).Check();
        else throw NotFor<T>();
    }

    /// <summary>C = α·A·B + β·C with A symmetric and one half of it given.</summary>
    public void Symm<T>(CublasSide side, CublasFillMode fill, int m, int n, T alpha, CudaDevicePointer a, int lda, CudaDevicePointer b, int ldb, T beta, CudaDevicePointer c, int ldc)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasSsymm_v2(handle, side, fill, m, n, (float*)&alpha, a.Value, lda, b.Value, ldb, (float*)&beta, c.Value, ldc).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDsymm_v2(handle, side, fill, m, n, (double*)&alpha, a.Value, lda, b.Value, ldb, (double*)&beta, c.Value, ldc).Check();
        else throw NotFor<T>();
    }

    /// <summary>Solves op(A)·X = α·B, or X·op(A) = α·B, with A triangular; X goes where B is.</summary>
    public void Trsm<T>(CublasSide side, CublasFillMode fill, CublasOperation trans, CublasDiagonal diagonal, int m, int n, T alpha, CudaDevicePointer a, int lda, CudaDevicePointer b, int ldb)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasStrsm_v2(handle, side, fill, trans, diagonal, m, n, (float*)&alpha, a.Value, lda, b.Value, ldb).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDtrsm_v2(handle, side, fill, trans, diagonal, m, n, (double*)&alpha, a.Value, lda, b.Value, ldb).Check();
        else throw NotFor<T>();
    }

    /// <summary>C = α·op(A)·B, or α·B·op(A), with A triangular.</summary>
    public void Trmm<T>(CublasSide side, CublasFillMode fill, CublasOperation trans, CublasDiagonal diagonal, int m, int n, T alpha, CudaDevicePointer a, int lda, CudaDevicePointer b, int ldb, CudaDevicePointer c, int ldc)
        where T : unmanaged
    {
        using var handle = _handle.Use();
        if (typeof(T) == typeof(float)) CublasApi.cublasStrmm_v2(handle, side, fill, trans, diagonal, m, n, (float*)&alpha, a.Value, lda, b.Value, ldb, c.Value, ldc).Check();
        else if (typeof(T) == typeof(double)) CublasApi.cublasDtrmm_v2(handle, side, fill, trans, diagonal, m, n, (double*)&alpha, a.Value, lda, b.Value, ldb, c.Value, ldc).Check();
        else throw NotFor<T>();
    }
}
