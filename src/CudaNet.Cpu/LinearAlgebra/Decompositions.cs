using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace CudaNet.Cpu.LinearAlgebra;

/// <summary>Decompositions of one matrix in Float64. Eigenvectors and singular vectors are MathNet's; what needs a certain sign
/// convention, a message about a minor, or a shape that it refuses is written here.</summary>
internal static class Decompositions
{
    /// <summary>Half a unit in the last place of 1.</summary>
    private const double Rounding = 1.1e-16;

    /// <summary>Householder's QR, reduced: Q [m, k], then R [k, n]; signs as LAPACK's (R[i, i] opposite to the pivot).</summary>
    public static void Qr(double[] a, int m, int n, double[] result, long batch)
    {
        RequireFinite("Qr", a, batch);
        var k = Math.Min(m, n);
        var factors = new double[k];
        for (var j = 0; j < k; j++)
        {
            double norm = 0;
            for (var i = j; i < m; i++) norm = Hypot(norm, a[i * n + j]);
            double tail = 0;
            for (var i = j + 1; i < m; i++) tail = Hypot(tail, a[i * n + j]);
            if (tail == 0) continue; // as LAPACK: nothing to eliminate, no reflection
            var alpha = a[j * n + j];
            var beta = alpha >= 0 ? -norm : norm;
            factors[j] = (beta - alpha) / beta;
            for (var i = j + 1; i < m; i++) a[i * n + j] /= alpha - beta;
            a[j * n + j] = beta;
            for (var column = j + 1; column < n; column++) Reflect(a, n, m, j, factors[j], a, n, column);
        }

        var r = result.AsSpan(m * k);
        for (var i = 0; i < k; i++)
            for (var j = 0; j < n; j++) r[i * n + j] = j >= i ? a[i * n + j] : 0;
        var basis = new double[m * k];
        for (var j = 0; j < k; j++) basis[j * k + j] = 1;
        for (var j = k - 1; j >= 0; j--)
            if (factors[j] != 0)
                for (var column = j; column < k; column++) Reflect(a, n, m, j, factors[j], basis, k, column);
        basis.CopyTo(result, 0);
    }

    /// <summary>The lower triangular factor of a positive definite matrix.</summary>
    public static void Cholesky(double[] a, int n, double[] result, long batch)
    {
        Array.Clear(result);
        for (var j = 0; j < n; j++)
        {
            var sum = a[j * n + j];
            for (var k = 0; k < j; k++) sum -= result[j * n + k] * result[j * n + k];
            if (!(sum > 0))
                throw new LinalgException($"Cholesky: {Which(batch)} is not positive definite: its leading minor of order {j + 1} is not positive. "
                    + "Add a small multiple of the identity, or check that the matrix is symmetric and holds no NaN.");
            var pivot = Math.Sqrt(sum);
            result[j * n + j] = pivot;
            for (var i = j + 1; i < n; i++)
            {
                sum = a[i * n + j];
                for (var k = 0; k < j; k++) sum -= result[i * n + k] * result[j * n + k];
                result[i * n + j] = sum / pivot;
            }
        }
    }

    /// <summary>Eigenvalues ascending, then eigenvectors in columns.</summary>
    public static void Eigh(double[] a, int n, double[] result, long batch)
    {
        if (n == 0) return;
        // Only the lower triangle counts.
        for (var i = 0; i < n; i++)
            for (var j = i + 1; j < n; j++) a[i * n + j] = a[j * n + i];
        RequireFinite("Eigh", a, batch);
        var decomposition = Converged("Eigh", batch, () => ToMatrix(a, n, n).Evd(Symmetricity.Symmetric));
        for (var j = 0; j < n; j++) result[j] = decomposition.EigenValues[j].Real;
        Copy(decomposition.EigenVectors, n, n, result.AsSpan(n));
    }

    /// <summary>U [m, k], singular values descending, Vᵀ [k, n].</summary>
    public static void Svd(double[] a, int m, int n, double[] result, long batch)
    {
        RequireFinite("Svd", a, batch);
        var k = Math.Min(m, n);
        if (k == 0) return;
        var decomposition = Converged("Svd", batch, () => ToMatrix(a, m, n).Svd());
        Copy(decomposition.U, m, k, result);
        for (var j = 0; j < k; j++) result[m * k + j] = decomposition.S[j];
        Copy(decomposition.VT, k, n, result.AsSpan(m * k + k));
    }

    /// <summary>LU decomposition in place with partial pivoting; the sign of the permutation, and the first column without a pivot or −1.</summary>
    public static (int Sign, int Singular) Lu(double[] a, int n, int[] rows)
    {
        var (sign, singular) = (1, -1);
        for (var i = 0; i < n; i++) rows[i] = i;
        for (var j = 0; j < n; j++)
        {
            var pivot = j;
            for (var i = j + 1; i < n; i++)
                if (Math.Abs(a[i * n + j]) > Math.Abs(a[pivot * n + j])) pivot = i;
            if (a[pivot * n + j] == 0)
            {
                if (singular < 0) singular = j;
                continue;
            }
            if (pivot != j)
            {
                sign = -sign;
                (rows[j], rows[pivot]) = (rows[pivot], rows[j]);
                for (var k = 0; k < n; k++) (a[j * n + k], a[pivot * n + k]) = (a[pivot * n + k], a[j * n + k]);
            }
            for (var i = j + 1; i < n; i++)
            {
                var factor = a[i * n + j] /= a[j * n + j];
                if (factor == 0) continue;
                for (var k = j + 1; k < n; k++) a[i * n + k] -= factor * a[j * n + k];
            }
        }
        return (sign, singular);
    }

    /// <summary>X with A·X = B for B [n, columns]; A is written over.</summary>
    public static void Solve(string operation, double[] a, double[] b, int n, int columns, double[] x, long batch)
    {
        var rows = new int[n];
        // A pivot that rounding alone could have made is as bad as none: the solution would be noise.
        double largest = 0;
        foreach (var value in a) largest = Math.Max(largest, Math.Abs(value));
        var (_, singular) = Lu(a, n, rows);
        for (var j = 0; j < n && singular < 0; j++)
            if (Math.Abs(a[j * n + j]) <= n * Rounding * largest) singular = j;
        if (singular >= 0) throw Singular(operation, singular, batch);
        for (var i = 0; i < n; i++) b.AsSpan(rows[i] * columns, columns).CopyTo(x.AsSpan(i * columns));
        Substitute(a, x, n, columns, upper: false, unit: true);
        Substitute(a, x, n, columns, upper: true, unit: false);
    }

    /// <summary>X with A·X = B for a triangular A, in place of B.</summary>
    public static void Substitute(double[] a, double[] x, int n, int columns, bool upper, bool unit)
    {
        for (var step = 0; step < n; step++)
        {
            var i = upper ? n - 1 - step : step;
            var row = x.AsSpan(i * columns, columns);
            for (var k = upper ? i + 1 : 0; k < (upper ? n : i); k++)
            {
                var factor = a[i * n + k];
                if (factor == 0) continue;
                var other = x.AsSpan(k * columns, columns);
                for (var j = 0; j < columns; j++) row[j] -= factor * other[j];
            }
            if (unit) continue;
            var pivot = a[i * n + i];
            for (var j = 0; j < columns; j++) row[j] /= pivot;
        }
    }

    /// <summary>The error of a matrix without an inverse.</summary>
    public static LinalgException Singular(string operation, int column, long batch) =>
        new($"{operation}: {Which(batch)} is singular: column {column} depends on those before it, to rounding. Use Linalg.Pinv for a solution of least norm.");

    /// <summary>"the matrix", or which one of a batch.</summary>
    public static string Which(long batch) => batch < 0 ? "the matrix" : $"matrix {batch} of the batch";

    private static void RequireFinite(string operation, double[] a, long batch)
    {
        foreach (var value in a)
            if (!double.IsFinite(value)) throw new LinalgException($"{operation}: {Which(batch)} holds NaN or infinity. Look for where these come from; no decomposition exists.");
    }

    private static T Converged<T>(string operation, long batch, Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (NonConvergenceException error)
        {
            throw new LinalgException($"{operation}: the iteration did not converge for {Which(batch)}. Scale the matrix to entries near 1.", error);
        }
    }

    private static Matrix<double> ToMatrix(double[] a, int m, int n)
    {
        var matrix = new DenseMatrix(m, n);
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++) matrix.At(i, j, a[i * n + j]);
        return matrix;
    }

    private static void Copy(Matrix<double> source, int m, int n, Span<double> target)
    {
        for (var i = 0; i < m; i++)
            for (var j = 0; j < n; j++) target[i * n + j] = source.At(i, j);
    }

    /// <summary>Applies the reflection stored below the diagonal of column j of a to a column of another matrix.</summary>
    private static void Reflect(double[] a, int n, int m, int j, double factor, double[] target, int width, int column)
    {
        var sum = target[j * width + column];
        for (var i = j + 1; i < m; i++) sum += a[i * n + j] * target[i * width + column];
        sum *= factor;
        target[j * width + column] -= sum;
        for (var i = j + 1; i < m; i++) target[i * width + column] -= a[i * n + j] * sum;
    }

    private static double Hypot(double x, double y)
    {
        (x, y) = (Math.Abs(x), Math.Abs(y));
        if (x < y) (x, y) = (y, x);
        if (x == 0) return 0;
        var ratio = y / x;
        return x * Math.Sqrt(1 + ratio * ratio);
    }
}
