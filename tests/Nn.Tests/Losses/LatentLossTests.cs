using CudaNet.Nn;

namespace CudaNet.Tests.Losses;

[TestFixture]
internal sealed class LatentLossTests
{
    [Test]
    public void Divergence_from_the_standard_normal_has_its_known_values()
    {
        Assert.That(Loss.GaussianKl(Tensor.From([1.0], [1, 1]), Tensor.From([Math.Log(0.25)], [1, 1])).Item(), Is.EqualTo(0.8181472).Within(1e-7));
        Assert.That(Loss.GaussianKl(Tensor.Zeros([3, 2]), Tensor.Zeros([3, 2])).Item(), Is.Zero);
        // Two latents are added up, two samples averaged.
        Assert.That(Loss.GaussianKl(Tensor.Ones([2, 2]), Tensor.Full([2, 2], Math.Log(0.25))).Item(), Is.EqualTo(2 * 0.8181472).Within(1e-6));
        Assert.That(Loss.GaussianKl(Tensor.Ones([2, 2]), Tensor.Zeros([2, 2]), LossReduction.None).ToArray<float>(), Is.All.EqualTo(0.5f));
        Assert.That(() => Loss.GaussianKl(Tensor.Zeros([2, 2]), Tensor.Zeros([2, 1])), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 1]"));
    }

    [Test]
    public void Divergence_near_the_prior_keeps_its_digits()
    {
        // ½(e^l − 1 − l) ≈ l²/4.
        const double l = 1e-3;
        Assert.That(Loss.GaussianKl(Tensor.Zeros([1, 1]), Tensor.Full([1, 1], l)).Item() / (l * l / 4), Is.EqualTo(1).Within(0.02));
    }

    [Test]
    public void Dice_counts_overlap()
    {
        var target = Tensor.From([1.0, 1, 0, 0], [1, 1, 2, 2]);
        Assert.That(Loss.Dice(target, target).Item(), Is.Zero);
        // Half of the mask, and as much outside: 1 − (2·1 + 1)/(2 + 2 + 1).
        Assert.That(Loss.Dice(Tensor.From([1.0, 0, 1, 0], [1, 1, 2, 2]), target).Item(), Is.EqualTo(1 - 3.0 / 5).Within(1e-12));
        Assert.That(Loss.Dice(Tensor.Zeros([2, 1, 2, 2]), Tensor.Zeros([2, 1, 2, 2])).Item(), Is.Zero, "nothing where nothing is");
        Assert.That(Loss.Dice(Tensor.Zeros([2, 3, 2, 2]), Tensor.Zeros([2, 3, 2, 2]), reduction: LossReduction.None).Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(() => Loss.Dice(target, Tensor.Zeros([1, 1, 4])), Throws.TypeOf<ShapeException>());
        Assert.That(() => Loss.Dice(target, target, 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
