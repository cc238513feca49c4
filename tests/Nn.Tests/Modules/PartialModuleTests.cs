using CudaNet.Nn;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class PartialModuleTests
{
    [Test]
    public void A_masked_layer_is_a_linear_one_without_the_masked_weights()
    {
        var mask = Tensor.From(new[,] { { 1f, 0, 1 }, { 0, 1, 0 } });
        var layer = new MaskedLinear(mask, random: new(3));
        var x = Tensor.From(new[,] { { 1f, 10, 100 } });
        float[] w = layer.Weight.Value.ToArray<float>(), b = layer.Bias!.Value.ToArray<float>();
        Assert.That((w[1], w[3], w[5]), Is.EqualTo((0f, 0f, 0f)));
        Assert.That(layer.Forward(x).ToArray<float>(), Is.EqualTo(new[] { w[0] + 100 * w[2] + b[0], 10 * w[4] + b[1] }).Within(1e-4f));
        Assert.That(layer.StateDict().Keys, Is.EquivalentTo(new[] { "mask", "weight", "bias" }));
        Assert.That(Assert.Throws<ShapeException>(() => _ = new MaskedLinear(Tensor.Ones([3])))!.Message, Does.Contain("[3]"));
    }

    [Test]
    public void Experts_are_weighed_by_the_gate_and_only_the_best_are_kept()
    {
        // The gate's scores are its input; expert e multiplies by 10^e.
        var gate = new Linear(3, 3, bias: false);
        gate.Weight.Assign(Tensor.Eye(3));
        var experts = Enumerable.Range(0, 3).Select(e =>
        {
            var expert = new Linear(3, 1, bias: false);
            expert.Weight.Assign(Tensor.From([MathF.Pow(10, e), 0, 0], [1, 3]));
            return expert;
        }).ToArray();
        var x = Tensor.From(new[,] { { 1f, 2, 0 } });
        double e1 = Math.Exp(1), e2 = Math.Exp(2), sum = e1 + e2 + 1;
        Assert.That(new MixtureOfExperts(gate, experts).Forward(x).Item(), Is.EqualTo((e1 + 10 * e2 + 100) / sum).Within(1e-4));
        Assert.That(new MixtureOfExperts(gate, experts, 2).Forward(x).Item(), Is.EqualTo((e1 + 10 * e2) / (e1 + e2)).Within(1e-4));
        Assert.That(new MixtureOfExperts(gate, experts, 1).Forward(x).Item(), Is.EqualTo(10).Within(1e-5));
        Assert.That(new MixtureOfExperts(gate, experts).BalanceLoss(x).Item(), Is.EqualTo(3 * e2 / sum).Within(1e-5));
        Assert.Throws<ArgumentException>(() => _ = new MixtureOfExperts(gate, experts, 4));
        Assert.Throws<ArgumentException>(() => _ = new MixtureOfExperts(gate, []));
    }

    [Test]
    public void Batch_normalisation_takes_the_rank_of_its_kind_only()
    {
        Assert.That(new BatchNorm1d(3).Forward(Tensor.Rand([4, 3])).Shape, Is.EqualTo(new Shape(4, 3)));
        Assert.That(new BatchNorm1d(3).Forward(Tensor.Rand([4, 3, 5])).Shape, Is.EqualTo(new Shape(4, 3, 5)));
        Assert.That(new BatchNorm3d(3).Forward(Tensor.Rand([4, 3, 2, 2, 2])).Shape, Is.EqualTo(new Shape(4, 3, 2, 2, 2)));
        Assert.That(Assert.Throws<ShapeException>(() => new BatchNorm1d(3).Forward(Tensor.Zeros([4, 3, 2, 2])))!.Message, Does.Contain("BatchNorm1d(3)"));
        Assert.That(Assert.Throws<ShapeException>(() => new BatchNorm2d(3).Forward(Tensor.Zeros([4, 3])))!.Message, Does.Contain("[batch, 3, height, width]"));
        Assert.Throws<ShapeException>(() => new BatchNorm3d(3).Forward(Tensor.Zeros([4, 2, 2, 2, 2])));
    }
}
