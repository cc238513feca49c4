using CudaNet.Nn.Initializers;

namespace CudaNet.Tests.Modules;

[TestFixture]
internal sealed class InitTests
{
    private static readonly Shape Weight = [2000, 500];

    [Test]
    public void Fans_are_exact_for_linear_layers_and_convolutions()
    {
        Assert.That(Init.Fans([512, 256]), Is.EqualTo((256L, 512L)));
        Assert.That(Init.Fans([16, 3, 5, 5]), Is.EqualTo((75L, 400L)));
    }

    [Test]
    public void Variances_are_as_promised()
    {
        var random = new RandomStream(1);
        void Has(Tensor weight, double variance) => Assert.That(weight.Var().Item(), Is.EqualTo(variance).Within(2).Percent);
        Has(Init.LecunNormal(Weight, random), 1.0 / 500);
        Has(Init.LecunUniform(Weight, random), 1.0 / 500);
        Has(Init.LecunNormal(Weight, random, mode: FanMode.Average), 2.0 / 2500);
        Has(Init.XavierNormal(Weight, random), 2.0 / 2500);
        Has(Init.XavierUniform(Weight, random), 2.0 / 2500);
        Has(Init.FanSumNormal(Weight, random), 1.0 / 2500);
        Has(Init.KaimingNormal(Weight, random), 2.0 / 500);
        Has(Init.KaimingNormal(Weight, random, mode: FanMode.Out), 2.0 / 2000);
        Has(Init.KaimingUniform(Weight, random, a: 1, mode: FanMode.Out), 1.0 / 2000);
        Has(Init.TruncatedNormal(Weight, random), 0.7737); // 1 − 4φ(2)/(2Φ(2) − 1)
    }

    [Test]
    public void Identity_and_Dirac_let_through()
    {
        var x = new RandomStream(2).Normal([2, 4, 5, 6]);
        Assert.That(x.MatMul(Init.Identity([6, 6]).T).ToArray<float>(), Is.EqualTo(x.ToArray<float>()));
        Assert.That(x.Conv2d(Init.Dirac([4, 4, 3, 3]), padding: 1).ToArray<float>(), Is.EqualTo(x.ToArray<float>()));
        Assert.That(x.Conv2d(Init.Dirac([4, 2, 3, 3], 2), padding: 1, groups: 2).ToArray<float>(), Is.EqualTo(x.ToArray<float>()));
    }

    [Test]
    public void Sparse_has_the_same_number_of_zeros_in_every_column() =>
        Assert.That(Init.Sparse([20, 7], 0.33, new(3)).Eq(0).To(DType.Int32).Sum(0).ToArray<long>(), Is.All.EqualTo(7));

    [Test]
    public void Bad_shapes_are_refused()
    {
        Assert.That(() => Init.LecunNormal([3]), Throws.TypeOf<ShapeException>().With.Message.Contain("[3]"));
        Assert.That(() => Init.Identity([3, 3, 3]), Throws.TypeOf<ShapeException>().With.Message.Contain("Dirac"));
        Assert.That(() => Init.Dirac([3, 3, 3], 2), Throws.TypeOf<ShapeException>().With.Message.Contain("2 groups"));
        Assert.That(() => Init.Sparse([3, 3], 2), Throws.TypeOf<ShapeException>());
        Assert.That(() => Init.Gain("swish"), Throws.ArgumentException.With.Message.Contain("swish"));
    }
}
