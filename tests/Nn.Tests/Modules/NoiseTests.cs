using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Training;

namespace CudaNet.Tests.Modules;

/// <summary>Layers that are random in training and nothing in evaluation.</summary>
[TestFixture]
internal sealed class NoiseTests
{
    private static IEnumerable<TestCaseData> Layers()
    {
        static TestCaseData Of(Module layer, params long[] shape) => new TestCaseData(layer, shape).SetArgDisplayNames(layer.ToString()!);
        yield return Of(new Dropout(0.3, new(1)), 5, 7);
        yield return Of(new Dropout1d(0.3, new(1)), 5, 7, 3);
        yield return Of(new Dropout2d(0.3, new(1)), 5, 7, 3, 2);
        yield return Of(new Dropout3d(0.3, new(1)), 5, 7, 3, 2, 2);
        yield return Of(new AlphaDropout(0.3, new(1)), 5, 7);
        yield return Of(new DropPath(0.3, new(1)), 9, 7);
        yield return Of(new GaussianNoise(0.3, new(1)), 5, 7);
    }

    [TestCaseSource(nameof(Layers))]
    public void Noise_differs_from_call_to_call_in_training_and_is_nothing_in_evaluation(Module layer, long[] shape)
    {
        var x = new RandomStream(2).Normal(new Shape(shape)).Realize();
        float[] first = layer.Forward(x).ToArray<float>(), second = layer.Forward(x).ToArray<float>();
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(first, Is.Not.EqualTo(x.ToArray<float>()));
        Assert.That(layer.NamedRandomStreams().Count(), Is.EqualTo(1), "a checkpoint must find the stream");
        Assert.That(layer.Eval().Forward(x).ToArray<float>(), Is.EqualTo(x.ToArray<float>()));
    }

    [Test]
    public void Whole_channels_are_dropped_and_the_rest_is_scaled()
    {
        const double p = 0.25;
        var y = new Dropout2d(p, new(3)).Forward(Tensor.Ones([40, 100, 2, 3]));
        var channels = y.Reshape(4000, 6);
        Assert.That(channels.Max(1).ToArray<float>(), Is.EqualTo(channels.Min(1).ToArray<float>()), "a channel is dropped as a whole");
        Assert.That(y.ToArray<float>().Distinct().Order(), Is.EqualTo(new[] { 0, 1 / (1 - p) }).Within(1e-6));
        Assert.That(channels.Max(1).Eq(0).To(DType.Float64).Mean().Item(), Is.EqualTo(p).Within(3 * Math.Sqrt(p * (1 - p) / 4000)));
    }

    [Test]
    public void Whole_samples_are_dropped_by_drop_path()
    {
        var y = new DropPath(0.5, new(3)).Forward(Tensor.Ones([200, 3, 2])).Reshape(200, 6);
        Assert.That(y.Max(1).ToArray<float>(), Is.EqualTo(y.Min(1).ToArray<float>()));
        Assert.That(y.Max(1).Mean().Item(), Is.EqualTo(1).Within(3 / Math.Sqrt(200)));
    }

    [Test]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        const int count = 200_000;
        var y = new AlphaDropout(0.3, new(3)).Forward(new RandomStream(4).Normal([count], type: DType.Float64));
        Assert.That(y.Mean().Item(), Is.EqualTo(0).Within(4 / Math.Sqrt(count)));
        Assert.That(y.Var().Item(), Is.EqualTo(1).Within(0.02));
    }

    [Test]
    public void DropConnect_drops_weights_and_has_the_names_of_a_linear_layer()
    {
        var layer = new DropConnect(3, 2, 0.5, random: new(5));
        Assert.That(layer.StateDict().Keys, Is.EquivalentTo(new[] { "weight", "bias" }));
        var x = Tensor.Eye(3);
        var whole = (layer.Weight.Value.T).ToArray<float>();
        // The rows of the identity read the weights: each is dropped or twice itself.
        var seen = (layer.Forward(x) - layer.Bias!.Value).ToArray<float>();
        Assert.That(seen.Zip(whole, (s, w) => Math.Abs(s) < 1e-6 || Math.Abs(s - 2 * w) < 1e-5), Is.All.True);
        Assert.That(layer.Eval().Forward(x).ToArray<float>(), Is.EqualTo(Linear.Apply(x, layer.Weight, layer.Bias.Value).ToArray<float>()));
    }

    [TestCase(true), TestCase(false)]
    public void Noise_on_weights_leaves_nothing_but_the_update(bool compiled)
    {
        var w = new Parameter(Tensor.From(1.0, -2, 3), "w");
        var sgd = new Sgd([w], 0.1);
        IReadOnlyList<Tensor> Step(IReadOnlyList<Tensor> scale)
        {
            sgd.ZeroGrad();
            Tensor loss;
            using (new WeightNoise([w], 0.5, new RandomStream(6)))
            {
                loss = (w.Value * scale[0]).Sum();
                loss.Backward();
            }
            sgd.Step();
            return [loss];
        }
        var run = compiled ? Compiled.Of(Step) : Step;
        var loss = run([Tensor.From(1.0, 10, 100)])[0].Item();
        // The gradient of a linear loss is the same everywhere, so the step is exactly −η·scale from the clean weights.
        Assert.That(w.Value.ToArray<double>(), Is.EqualTo(new[] { 1 - 0.1 * 1.0, -2 - 0.1 * 10, 3 - 0.1 * 100 }));
        Assert.That(loss, Is.Not.EqualTo(1 - 20 + 300).Within(1e-3), "the loss was taken at the clean weights");
    }

    [Test]
    public void What_is_no_probability_or_deviation_is_refused()
    {
        Assert.That(() => new Dropout2d(1.5), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("Dropout2d: p is 1.5"));
        Assert.That(() => new DropPath(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new AlphaDropout(1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new DropConnect(1, 1, double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new GaussianNoise(-0.1), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("GaussianNoise"));
        Assert.That(() => new WeightNoise([], double.NaN), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => new Dropout1d().Forward(Tensor.Zeros([2, 3])), Throws.TypeOf<ShapeException>().With.Message.Contains("[batch, channels, length]"));
        Assert.That(() => new DropPath().Forward(Tensor.Zeros([])), Throws.TypeOf<ShapeException>());
        Assert.That(() => new DropConnect(3, 2).Forward(Tensor.Zeros([2, 2])), Throws.TypeOf<ShapeException>().With.Message.Contains("3 features"));
    }
}
