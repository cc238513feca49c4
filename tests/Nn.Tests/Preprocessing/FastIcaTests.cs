using CudaNet.Nn.Preprocessing;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class FastIcaTests
{
    [Test]
    public void Mixed_uniform_sources_come_back_up_to_order_sign_and_scale()
    {
        var random = new RandomStream(5);
        var sources = random.Uniform([3000, 3], -1, 1, DType.Float64).Realize();
        var mixed = sources.MatMul(random.Normal([3, 3], type: DType.Float64)).Realize();
        var ica = new FastIca(random: random);
        var found = ica.FitTransform(mixed);
        Assert.That(found.Var(0).ToDoubles(), Is.All.EqualTo(1).Within(1e-6));
        static Tensor Unit(Tensor x) => (x - x.Mean(0)) / (x - x.Mean(0)).Norm(2, 0);
        var c = Unit(sources).T.MatMul(Unit(found)).Abs();
        Assert.That(c.Max(0).ToDoubles().Concat(c.Max(1).ToDoubles()), Is.All.GreaterThan(0.99), c.ToString());
        Assert.That(ica.Iterations, Is.LessThan(100));
        Assert.That(ica.Transform(mixed.To(DType.Float32)).DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Bad_input_is_refused()
    {
        Assert.Throws<GraphException>(() => new FastIca().Transform(Tensor.Zeros([3, 2])));
        Assert.Throws<ShapeException>(() => new FastIca().Fit(Tensor.Zeros([3])));
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new FastIca(mostIterations: 0));
    }
}
