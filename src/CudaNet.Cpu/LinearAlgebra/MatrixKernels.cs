using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>Decompositions and solutions.</summary>
internal static class MatrixKernels
{
    public static void Register(KernelTable table)
    {
        Add<Qr>(table, 1, static (_, shapes) => (inputs, result, batch) => Decompositions.Qr(inputs[0], shapes[0].M, shapes[0].N, result, batch));
        Add<Svd>(table, 1, static (_, shapes) => (inputs, result, batch) => Decompositions.Svd(inputs[0], shapes[0].M, shapes[0].N, result, batch));
        Add<Eigh>(table, 1, static (_, shapes) => (inputs, result, batch) => Decompositions.Eigh(inputs[0], shapes[0].N, result, batch));
        Add<Cholesky>(table, 2, static (_, shapes) => (inputs, result, batch) => Decompositions.Cholesky(inputs[0], shapes[0].N, result, batch));
        Add<Solve>(table, 2, static (_, shapes) => (inputs, result, batch) => Decompositions.Solve("Solve", inputs[0], inputs[1], shapes[0].N, shapes[1].N, result, batch));
        Add<Inverse>(table, 2, static (_, shapes) =>
        {
            var n = shapes[0].N;
            return (inputs, result, batch) =>
            {
                var identity = new double[n * n];
                for (var i = 0; i < n; i++) identity[i * n + i] = 1;
                Decompositions.Solve("Inverse", inputs[0], identity, n, n, result, batch);
            };
        });
        Add<SlogDet>(table, 1, static (_, shapes) => (inputs, result, _) => SlogDet(inputs[0], shapes[0].N, result));
        Add<TriangularSolve>(table, 2, static (op, shapes) => (inputs, result, batch) =>
        {
            var (a, n) = (inputs[0], shapes[0].N);
            for (var i = 0; i < n && !op.UnitDiagonal; i++)
                if (a[i * n + i] == 0)
                    throw new LinalgException($"TriangularSolve: {Decompositions.Which(batch)} is singular: entry {i} of its diagonal is 0. Use Linalg.Pinv for a solution of least norm.");
            inputs[1].CopyTo(result, 0);
            Decompositions.Substitute(a, result, n, shapes[1].N, op.Upper, op.UnitDiagonal);
        });
    }

    private static void Add<TOp>(KernelTable table, int resultAxes, Func<TOp, (int M, int N)[], MatrixFunction> create) where TOp : Op =>
        table.Add<TOp>(
            step => new MatrixKernel(step, resultAxes, create((TOp)step.Op, [.. step.Inputs.Select(input => (checked((int)input.Shape[^2]), checked((int)input.Shape[^1])))])),
            claims: static (_, types) => types[0].DType is DType.Float32 or DType.Float64);

    private static void SlogDet(double[] a, int n, double[] result)
    {
        var (sign, singular) = Decompositions.Lu(a, n, new int[n]);
        double log = 0;
        for (var i = 0; i < n; i++)
        {
            var pivot = a[i * n + i];
            if (pivot < 0) sign = -sign;
            log += Math.Log(Math.Abs(pivot));
        }
        (result[0], result[1]) = singular >= 0 ? (0, double.NegativeInfinity) : (sign, log);
    }
}
