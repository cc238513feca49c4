using CudaNet.Ops;

namespace CudaNet.Cpu.Reference;

/// <summary>Decompositions by the oldest methods, which share nothing with the kernels: Gram and Schmidt, Gauss and Jordan, and
/// Jacobi's rotations.</summary>
internal static class ReferenceMatrices
{
    public static void Register()
    {
        Add<Inverse>(2, (_, a, result) => GaussJordan(a[0], Identity(a[0].GetLength(0))).CopyTo(result));
        Add<Solve>(2, (_, a, result) => GaussJordan(a[0], a[1]).CopyTo(result));
        Add<TriangularSolve>(2, (op, a, result) => GaussJordan(Triangle(a[0], op), a[1]).CopyTo(result));
        Add<SlogDet>(1, (_, a, result) => SlogDet(a[0], result));
        Add<Cholesky>(2, (_, a, result) => Cholesky(a[0]).CopyTo(result));
        Add<Qr>(1, (_, a, result) => Qr(a[0], result));
        Add<Eigh>(1, (_, a, result) => Eigh(a[0], result));
        Add<Svd>(1, (_, a, result) => Svd(a[0], result));
    }

    private static void Add<TOp>(int resultAxes, Action<TOp, double[][,], double[]> compute) where TOp : Op =>
        ReferenceInterpreter.Add<TOp>((op, inputs, node) =>
        {
            var result = new ReferenceArray(node.Shape);
            var size = node.Shape.Slice(node.Shape.Rank - resultAxes, resultAxes).ElementCount;
            for (long batch = 0; size > 0 && batch * size < result.Values.LongLength; batch++)
            {
                var part = new double[size];
                compute(op, [.. inputs.Select(input => Matrix(input, batch))], part);
                part.CopyTo(result.Values, batch * size);
            }
            return result;
        });

    private static double[,] Matrix(ReferenceArray array, long batch)
    {
        var (m, n) = (array.Shape[^2], array.Shape[^1]);
        var matrix = new double[m, n];
        for (long i = 0; i < m * n; i++) matrix[i / n, i % n] = array.Values[batch * m * n + i];
        return matrix;
    }

    private static void CopyTo(this double[,] matrix, double[] result)
    {
        var next = 0;
        foreach (var value in matrix) result[next++] = value;
    }

    private static double[,] Identity(int n)
    {
        var identity = new double[n, n];
        for (var i = 0; i < n; i++) identity[i, i] = 1;
        return identity;
    }

    private static double[,] Triangle(double[,] a, TriangularSolve op)
    {
        var n = a.GetLength(0);
        var triangle = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) triangle[i, j] = i == j ? (op.UnitDiagonal ? 1 : a[i, j]) : op.Upper == j > i ? a[i, j] : 0;
        return triangle;
    }

    private static double[,] GaussJordan(double[,] source, double[,] right)
    {
        var (a, x) = ((double[,])source.Clone(), (double[,])right.Clone());
        var (n, columns) = (a.GetLength(0), x.GetLength(1));
        for (var j = 0; j < n; j++)
        {
            var pivot = j;
            for (var i = j; i < n; i++) if (Math.Abs(a[i, j]) > Math.Abs(a[pivot, j])) pivot = i;
            for (var k = 0; k < n; k++) (a[j, k], a[pivot, k]) = (a[pivot, k], a[j, k]);
            for (var k = 0; k < columns; k++) (x[j, k], x[pivot, k]) = (x[pivot, k], x[j, k]);
            var divisor = a[j, j];
            for (var k = 0; k < n; k++) a[j, k] /= divisor;
            for (var k = 0; k < columns; k++) x[j, k] /= divisor;
            for (var i = 0; i < n; i++)
            {
                if (i == j) continue;
                var factor = a[i, j];
                for (var k = 0; k < n; k++) a[i, k] -= factor * a[j, k];
                for (var k = 0; k < columns; k++) x[i, k] -= factor * x[j, k];
            }
        }
        return x;
    }

    private static void SlogDet(double[,] source, double[] result)
    {
        var a = (double[,])source.Clone();
        var n = a.GetLength(0);
        double determinant = 1;
        for (var j = 0; j < n; j++)
        {
            var pivot = j;
            for (var i = j; i < n; i++) if (Math.Abs(a[i, j]) > Math.Abs(a[pivot, j])) pivot = i;
            if (pivot != j) determinant = -determinant;
            for (var k = 0; k < n; k++) (a[j, k], a[pivot, k]) = (a[pivot, k], a[j, k]);
            determinant *= a[j, j];
            for (var i = j + 1; i < n && a[j, j] != 0; i++)
            {
                var factor = a[i, j] / a[j, j];
                for (var k = j; k < n; k++) a[i, k] -= factor * a[j, k];
            }
        }
        (result[0], result[1]) = (Math.Sign(determinant), Math.Log(Math.Abs(determinant)));
    }

    private static double[,] Cholesky(double[,] a)
    {
        var n = a.GetLength(0);
        var l = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j <= i; j++)
            {
                var sum = a[i, j];
                for (var k = 0; k < j; k++) sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        return l;
    }

    /// <summary>Modified Gram-Schmidt, each column made orthogonal twice. R has a positive diagonal.</summary>
    private static void Qr(double[,] a, double[] result)
    {
        var (m, n) = (a.GetLength(0), a.GetLength(1));
        var k = Math.Min(m, n);
        var q = new double[m, k];
        for (var j = 0; j < k; j++)
        {
            var column = new double[m];
            for (var i = 0; i < m; i++) column[i] = a[i, j];
            for (var pass = 0; pass < 2; pass++)
                for (var p = 0; p < j; p++)
                {
                    double dot = 0;
                    for (var i = 0; i < m; i++) dot += q[i, p] * column[i];
                    for (var i = 0; i < m; i++) column[i] -= dot * q[i, p];
                }
            double norm = 0;
            foreach (var value in column) norm += value * value;
            for (var i = 0; i < m; i++) q[i, j] = column[i] / Math.Sqrt(norm);
        }
        for (var i = 0; i < m; i++)
            for (var j = 0; j < k; j++) result[i * k + j] = q[i, j];
        for (var i = 0; i < k; i++)
            for (var j = i; j < n; j++)
                for (var p = 0; p < m; p++) result[m * k + i * n + j] += q[p, i] * a[p, j];
    }

    private static void Eigh(double[,] source, double[] result)
    {
        var n = source.GetLength(0);
        var a = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) a[i, j] = source[Math.Max(i, j), Math.Min(i, j)];
        var v = Identity(n);
        for (var sweep = 0; sweep < 60; sweep++)
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++)
                {
                    if (Math.Abs(a[p, q]) < 1e-300) continue;
                    var (cosine, sine) = Rotation(a[p, p], a[q, q], a[p, q]);
                    for (var k = 0; k < n; k++) (a[k, p], a[k, q]) = (cosine * a[k, p] - sine * a[k, q], sine * a[k, p] + cosine * a[k, q]);
                    for (var k = 0; k < n; k++) (a[p, k], a[q, k]) = (cosine * a[p, k] - sine * a[q, k], sine * a[p, k] + cosine * a[q, k]);
                    for (var k = 0; k < n; k++) (v[k, p], v[k, q]) = (cosine * v[k, p] - sine * v[k, q], sine * v[k, p] + cosine * v[k, q]);
                }
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => a[i, i])];
        for (var j = 0; j < n; j++)
        {
            result[j] = a[order[j], order[j]];
            for (var i = 0; i < n; i++) result[n + i * n + j] = v[i, order[j]];
        }
    }

    /// <summary>Jacobi's rotations from one side: columns are turned until they are orthogonal (Hestenes 1958).</summary>
    private static void Svd(double[,] source, double[] result)
    {
        var (m, n) = (source.GetLength(0), source.GetLength(1));
        var k = Math.Min(m, n);
        if (m < n)
        {
            // That of the transpose, with U and V exchanged.
            var transposed = new double[n, m];
            for (var i = 0; i < m; i++)
                for (var j = 0; j < n; j++) transposed[j, i] = source[i, j];
            var other = new double[result.Length];
            Svd(transposed, other);
            for (var i = 0; i < m; i++)
                for (var j = 0; j < k; j++) result[i * k + j] = other[n * k + k + j * m + i];
            for (var j = 0; j < k; j++) result[m * k + j] = other[n * k + j];
            for (var i = 0; i < k; i++)
                for (var j = 0; j < n; j++) result[m * k + k + i * n + j] = other[j * k + i];
            return;
        }
        var (u, v) = ((double[,])source.Clone(), Identity(n));
        for (var sweep = 0; sweep < 60; sweep++)
            for (var p = 0; p < n; p++)
                for (var q = p + 1; q < n; q++)
                {
                    double alpha = 0, beta = 0, gamma = 0;
                    for (var i = 0; i < m; i++)
                    {
                        alpha += u[i, p] * u[i, p];
                        beta += u[i, q] * u[i, q];
                        gamma += u[i, p] * u[i, q];
                    }
                    if (Math.Abs(gamma) < 1e-300) continue;
                    var (cosine, sine) = Rotation(alpha, beta, gamma);
                    for (var i = 0; i < m; i++) (u[i, p], u[i, q]) = (cosine * u[i, p] - sine * u[i, q], sine * u[i, p] + cosine * u[i, q]);
                    for (var i = 0; i < n; i++) (v[i, p], v[i, q]) = (cosine * v[i, p] - sine * v[i, q], sine * v[i, p] + cosine * v[i, q]);
                }
        var norms = new double[n];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < m; i++) norms[j] += u[i, j] * u[i, j];
            norms[j] = Math.Sqrt(norms[j]);
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(j => norms[j])];
        for (var j = 0; j < n; j++)
        {
            result[m * n + j] = norms[order[j]];
            for (var i = 0; i < m; i++) result[i * n + j] = norms[order[j]] > 0 ? u[i, order[j]] / norms[order[j]] : 0;
            for (var i = 0; i < n; i++) result[m * n + n + j * n + i] = v[i, order[j]];
        }
    }

    /// <summary>Cosine and sine that make the off-diagonal entry of [[a, c], [c, b]] zero.</summary>
    private static (double Cosine, double Sine) Rotation(double a, double b, double c)
    {
        var zeta = (b - a) / (2 * c);
        var tangent = zeta >= 0 ? 1 / (zeta + Math.Sqrt(1 + zeta * zeta)) : -1 / (-zeta + Math.Sqrt(1 + zeta * zeta));
        var cosine = 1 / Math.Sqrt(1 + tangent * tangent);
        return (cosine, cosine * tangent);
    }
}
