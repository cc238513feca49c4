using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

[TestFixture]
internal sealed class UNetTests
{
    [Test]
    public void The_result_has_the_size_of_the_image([Values] UNetUpsampling upsampling, [Values(16, 21)] int height)
    {
        var net = new UNet(3, 5, 4, 2, upsampling, random: new(1));
        Assert.That(net.Forward(Tensor.Zeros([2, 3, height, 18])).Shape, Is.EqualTo(new Shape(2, 5, height, 18)));
    }

    [Test]
    public void The_original_makes_388_pixels_of_572()
    {
        // Shapes need no numbers: the graph is built and not run.
        var net = new UNet(1, 2, 1, 4, padded: false, norm: false, random: new(1));
        Assert.That(net.Forward(Tensor.Zeros([1, 1, 572, 572])).Shape, Is.EqualTo(new Shape(1, 2, 388, 388)));
        Assert.That(new UNet(1, 2, padded: false, norm: false).ParameterCount, Is.EqualTo(31_030_658), "the parameters of 64 channels and depth 4");
    }

    [Test]
    public void Without_skips_nothing_of_the_first_level_gets_past_the_bottom()
    {
        var random = new RandomStream(2);
        var x = random.Normal([1, 1, 8, 8]).Realize();
        foreach (var skips in new[] { true, false })
        {
            var net = new UNet(1, 1, 8, 1, norm: false, skips: skips, random: random);
            // A bottom that says nothing.
            foreach (var conv in net.Encoder[1].Layers.OfType<Conv2d>()) conv.Weight.Assign(Tensor.Zeros(conv.Weight.Shape));
            var gradient = Grad.Of(net.Forward(x).Square().Sum(), x).Abs().Sum().Item();
            Assert.That(gradient, skips ? Is.GreaterThan(0) : Is.Zero);
        }
    }

    [Test]
    public void Images_of_other_channels_or_too_small_are_refused()
    {
        var net = new UNet(1, 1, 2, 3, random: new(1));
        Assert.That(() => net.Forward(Tensor.Zeros([1, 2, 16, 16])), Throws.TypeOf<ShapeException>().With.Message.Contains("[batch, 1, height, width]"));
        Assert.That(() => net.Forward(Tensor.Zeros([1, 1, 7, 16])), Throws.TypeOf<ShapeException>().With.Message.Contains("cannot be halved 3 times"));
        Assert.That(() => new UNet(1, 1, depth: 0), Throws.TypeOf<ShapeException>());
    }
}
