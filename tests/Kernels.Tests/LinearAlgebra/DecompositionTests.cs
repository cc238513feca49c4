namespace CudaNet.Tests.LinearAlgebra;

/// <summary>What makes a decomposition right whatever its signs and order: its factors multiply to the matrix, and are of their kind.</summary>
public class DecompositionTests
{
    private static Tensor Random(Shape shape, int seed = 1) => Tensor.Randn(shape, seed: seed, type: DType.Float64).Realize();

    private static Tensor Symmetric(Shape shape) => Random(shape) + Random(shape).Transpose(-1, -2);

    private static void IsOrthonormal(Tensor columns) =>
        Close.Assert(columns.Transpose(-1, -2).MatMul(columns), Tensor.Eye(columns.Shape[^1], DType.Float64).ExpandTo(columns.Shape.Slice(0, columns.Rank - 2).Concat([columns.Shape[^1], columns.Shape[^1]])), 1e-12);

    [TestCase(40, 40)]
    [TestCase(60, 7)]
    [TestCase(7, 60)]
    public void Q_times_R_is_the_matrix_and_Q_is_orthonormal(int m, int n)
    {
        var a = Random([3, m, n]);
        var (q, r) = Linalg.Qr(a);
        Close.Assert(q.MatMul(r), a, 1e-12);
        Close.Assert(r.Tril(-1), r.ZerosLike(), 0);
        IsOrthonormal(q);
    }

    [Test]
    public void Signs_of_Qr_are_those_of_Lapack()
    {
        var (q, r) = Linalg.Qr(Tensor.From(new double[,] { { 12, -51, 4 }, { 6, 167, -68 }, { -4, 24, -41 } }));
        Close.Assert(r, Tensor.From(new double[,] { { -14, -21, 14 }, { 0, -175, 70 }, { 0, 0, -35 } }), 1e-12);
        Assert.That(q.ToDoubles()[0], Is.EqualTo(-6.0 / 7).Within(1e-12));
    }

    [Test]
    public void Eigenvectors_times_values_are_the_matrix()
    {
        var a = Symmetric([2, 50, 50]);
        var (values, vectors) = Linalg.Eigh(a);
        Close.Assert((vectors * values.Reshape([2, 1, 50])).MatMul(vectors.Transpose(-1, -2)), a, 1e-8);
        IsOrthonormal(vectors);
        var sorted = values.ToDoubles();
        Assert.That(sorted[..50], Is.Ordered.Ascending);
        Assert.That(sorted[50..], Is.Ordered.Ascending);
    }

    [TestCase(30, 30)]
    [TestCase(40, 11)]
    [TestCase(11, 40)]
    public void Singular_vectors_times_values_are_the_matrix(int m, int n)
    {
        var a = Random([2, m, n]);
        var (u, s, v) = Linalg.Svd(a);
        Close.Assert((u * s.Reshape([2, 1, s.Shape[1]])).MatMul(v), a, 1e-8);
        IsOrthonormal(u);
        IsOrthonormal(v.Transpose(-1, -2));
        Assert.That(s.ToDoubles(), Is.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void Cholesky_inverse_and_solution_agree()
    {
        var x = Random([25, 25]);
        var a = x.MatMul(x.T) + Tensor.Eye(25, DType.Float64);
        var l = Linalg.Cholesky(a);
        var b = Random([25, 3], 2);
        Close.Assert(l.MatMul(l.T), a, 1e-12);
        Close.Assert(a.MatMul(Linalg.Inverse(a)), Tensor.Eye(25, DType.Float64), 1e-9);
        Close.Assert(Linalg.Solve(a, b), Linalg.Inverse(a).MatMul(b), 1e-9);
        Close.Assert(Linalg.TriangularSolve(l.T, Linalg.TriangularSolve(l, b, upper: false), upper: true), Linalg.Solve(a, b), 1e-9);
        Close.Assert(Linalg.SlogDet(a).LogAbsDet, l.Diagonal().Log().Sum() * 2, 1e-12);
    }

    [Test]
    public void A_pseudo_inverse_of_deficient_rank_satisfies_Penrose()
    {
        var a = Random([8, 3]).MatMul(Random([3, 6], 2));
        var p = Linalg.Pinv(a);
        Close.Assert(a.MatMul(p).MatMul(a), a, 1e-10);
        Close.Assert(p.MatMul(a).MatMul(p), p, 1e-10);
        Close.Assert(a.MatMul(p), a.MatMul(p).T, 1e-10);
        Close.Assert(p.MatMul(a), p.MatMul(a).T, 1e-10);
    }

    [TestCase(12, 5)]
    [TestCase(5, 12)]
    public void Least_squares_is_the_pseudo_inverse_times_the_right_side(int m, int n)
    {
        var (a, b) = (Random([m, n]), Random([m, 2], 2));
        Close.Assert(Linalg.LeastSquares(a, b), Linalg.Pinv(a).MatMul(b), 1e-9);
    }

    [Test]
    public void The_gradient_of_the_determinant_is_its_cofactors()
    {
        var a = Random([4, 4]);
        Close.Assert(Grad.Of(Linalg.Det(a), a), Linalg.Det(a) * Linalg.Inverse(a).T, 1e-10);
    }

    [Test]
    public void Eigenvalues_have_the_second_derivative_of_perturbation_theory()
    {
        // λ₁″ along a direction D is 2·Σⱼ (vⱼᵀ·D·v₁)²/(λ₁ − λⱼ).
        var (a, d) = (Symmetric([5, 5]), Symmetric([5, 5]) * 0.5);
        var t = Tensor.From([0.0], []);
        var (values, vectors) = Linalg.Eigh(a + t * d);
        var second = Grad.Of(Grad.Of(values.Select(0, 0), t), t).Item();
        var (lambda, mixed) = (values.ToDoubles(), vectors.T.MatMul(d).MatMul(vectors).ToDoubles());
        double expected = 0;
        for (var j = 1; j < 5; j++) expected += 2 * mixed[j] * mixed[j] / (lambda[0] - lambda[j]);
        Assert.That(second, Is.EqualTo(expected).Within(1e-9));
    }

    [Test]
    public void A_mapped_decomposition_is_the_batched_one()
    {
        var a = Random([3, 4, 4]);
        Close.Assert(Vmap.Of(x => Linalg.Inverse(x))(a), Linalg.Inverse(a), 1e-14);
        Close.Assert(Vmap.Of(x => Linalg.Qr(x).R)(a), Linalg.Qr(a).R, 1e-14);
        Close.Assert(Vmap.Of((x, y) => Linalg.Solve(x, y))(a, a * 2), Linalg.Solve(a, a * 2), 1e-14);
    }

    [Test]
    public void Single_precision_stays_single_and_halves_give_it()
    {
        Assert.That(Linalg.Inverse(Tensor.Eye(3)).DType, Is.EqualTo(DType.Float32));
        Assert.That(Linalg.Inverse(Tensor.Eye(3, DType.Float16)).DType, Is.EqualTo(DType.Float32));
        Close.Assert(Linalg.Inverse(Tensor.Eye(3, DType.Float16) * 2), Tensor.Eye(3) * 0.5, 0);
    }
}
