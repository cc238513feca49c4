namespace CudaNet.Tests.Elementwise;

/// <summary>GELU as a loop of its own, and beside uses of its parts.</summary>
public class GeluTests
{
    private static Tensor X => Tensor.Linspace(-7, 7, 5001);

    [Test]
    public void Gelu_is_its_formula_and_keeps_its_digits_below_zero()
    {
        var (actual, exact) = (X.Gelu().ToArray<float>(), X.To(DType.Float64).Gelu().ToDoubles());
        for (var k = 0; k < exact.Length; k++) Assert.That(actual[k], Is.EqualTo(exact[k]).Within(1e-12 + 1e-5 * Math.Abs(exact[k])), $"element {k}");
    }

    [Test]
    public void Parts_of_gelu_that_are_used_elsewhere_are_right_too()
    {
        var half = X * 0.5;
        var scaled = X * Math.Sqrt(0.5);
        var sum = 1 + scaled.Erf();
        var (gelu, wide) = (half * sum, X.To(DType.Float64));
        var (cdf, erf) = ((wide * Math.Sqrt(0.5)).Erf() + 1, (wide * Math.Sqrt(0.5)).Erf());
        Close.Assert(gelu + half, wide.Gelu() + wide * 0.5, 1e-6);
        Close.Assert(gelu * scaled, wide.Gelu() * wide * Math.Sqrt(0.5), 1e-6);
        Close.Assert(gelu - sum, wide.Gelu() - cdf, 1e-6);
        Close.Assert(gelu + scaled.Erf(), wide.Gelu() + erf, 1e-6);
        Close.Assert(sum.Sqrt(), cdf.Sqrt(), 1e-6);
    }

    [Test]
    public void Gelu_of_one_repeated_number_is_filled() =>
        Assert.That((Tensor.Full([3], 0.3).Gelu() + Tensor.Zeros([1000, 3])).ToDoubles(), Is.All.EqualTo(0.185373476).Within(1e-7));
}
