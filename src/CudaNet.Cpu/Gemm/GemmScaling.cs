using System.Numerics;

namespace CudaNet.Cpu.Gemm;

/// <summary>C = β·C: all that is left of a product with K = 0 or α = 0.</summary>
internal static unsafe class GemmScaling
{
    /// <summary>Scales C of one product and applies the epilogue.</summary>
    public static void Run<T, TEpilogue>(in GemmShape shape, int batch, T* c, T beta, TEpilogue epilogue)
        where T : unmanaged, INumberBase<T>
        where TEpilogue : struct, IGemmEpilogue<T>
    {
        for (nint row = 0; row < shape.M; row++) ScaleRow(c + (row * shape.CRow), shape.N, beta);
        epilogue.Apply(batch, 0, 0, c, (int)shape.CRow, shape.M, shape.N);
    }

    /// <summary>row = β·row; for β = 0 the row is not read, so that garbage such as NaN does not survive.</summary>
    public static void ScaleRow<T>(T* row, int n, T beta)
        where T : unmanaged, INumberBase<T>
    {
        if (T.IsZero(beta)) new Span<T>(row, n).Clear();
        else if (beta != T.One)
            for (int j = 0; j < n; j++) row[j] *= beta;
    }
}
