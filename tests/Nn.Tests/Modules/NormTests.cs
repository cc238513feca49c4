using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class NormTests
{
    [Test]
    public void A_folded_convolution_does_what_both_layers_do_in_evaluation()
    {
        var random = new RandomStream(4);
        foreach (var bias in new[] { true, false })
            foreach (var affine in new[] { true, false })
            {
                Conv2d conv = new(4, 6, 3, stride: 2, padding: 1, groups: 2, bias: bias, random: random);
                BatchNorm2d norm = new(6, affine: affine);
                for (var step = 0; step < 3; step++) norm.Forward(conv.Forward(random.Normal([5, 4, 8, 8], 1, 2))).Realize();
                norm.Weight?.Assign(random.Normal([6]).Realize());
                norm.Bias?.Assign(random.Normal([6]).Realize());
                norm.Eval();
                var x = random.Normal([2, 4, 8, 8]).Realize();
                Assert.That(BatchNormFolding.Fold(conv, norm).Forward(x).ToArray<float>(), Is.EqualTo(norm.Forward(conv.Forward(x)).ToArray<float>()).Within(1e-5f));
            }
        Assert.Throws<ShapeException>(() => BatchNormFolding.Fold(new Conv2d(1, 2, 3), new BatchNorm2d(3)));
    }

    [Test]
    public void The_root_mean_square_is_one_and_the_scale_is_learned()
    {
        var x = new RandomStream(5).Normal([3, 2, 4], 2, 3).Realize();
        var norm = new RMSNorm(new Shape(2, 4));
        Assert.That(norm.Forward(x).Square().Mean((int[])[1, 2]).ToDoubles(), Is.All.EqualTo(1).Within(1e-5));
        Assert.That(new RMSNorm(new Shape(2, 4), affine: false).Forward(x).ToArray<float>(), Is.EqualTo(norm.Forward(x).ToArray<float>()).Within(1e-6f));
        Assert.That(norm.Epsilon, Is.EqualTo(Math.Pow(2, -23)));
        norm.Forward(x).Sum().Backward();
        new Sgd(norm.Parameters(), 0.1).Step();
        Assert.That(norm.Weight!.Value.ToArray<float>(), Is.Not.All.EqualTo(1f));
    }

    [Test]
    public void Shapes_that_do_not_fit_are_refused_with_their_names()
    {
        Assert.That(Assert.Throws<ShapeException>(() => new LayerNorm(new Shape(3, 4)).Forward(Tensor.Zeros([2, 4, 3])))!.Message, Does.Contain("LayerNorm(3, 4)").And.Contain("[2, 4, 3]"));
        Assert.Throws<ShapeException>(() => _ = new LayerNorm(Shape.Scalar));
        Assert.Throws<ShapeException>(() => _ = new RMSNorm(Shape.Scalar));
        Assert.Throws<ShapeException>(() => new RMSNorm(new Shape(3)).Forward(Tensor.Zeros([2, 4])));
        Assert.That(Assert.Throws<ShapeException>(() => _ = new GroupNorm(4, 6))!.Message, Does.Contain("4 groups do not divide 6 channels"));
        Assert.Throws<ShapeException>(() => new GroupNorm(2, 6).Forward(Tensor.Zeros([2, 4, 3])));
        Assert.That(Assert.Throws<ShapeException>(() => new InstanceNorm2d(3).Forward(Tensor.Zeros([2, 3, 4])))!.Message, Does.Contain("[batch, 3, height, width]"));
        Assert.That(Assert.Throws<ShapeException>(() => new InstanceNorm1d(3).Forward(Tensor.Zeros([2, 3, 1])))!.Message, Does.Contain("one value a channel"));
    }
}
