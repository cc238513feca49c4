using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

[TestFixture]
internal sealed class AutoencoderTests
{
    [Test]
    public void An_autoencoder_is_its_decoder_after_its_encoder()
    {
        var model = new Autoencoder(new Linear(5, 2, random: new(1)), new Linear(2, 5, random: new(2)));
        var x = new RandomStream(3).Normal([4, 5]).Realize();
        Assert.That(model.Forward(x).ToArray<float>(), Is.EqualTo(model.Decode(model.Encode(x)).ToArray<float>()));
        Assert.That(model.StateDict().Keys, Is.EquivalentTo(new[] { "encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias" }));
    }

    [Test]
    public void A_variational_one_decodes_the_mean_in_evaluation_and_a_sample_in_training()
    {
        var model = Model();
        var x = new RandomStream(3).Normal([4, 5]).Realize();
        var (mean, _) = model.Encode(x);
        float[] first = model.Forward(x).ToArray<float>(), second = model.Forward(x).ToArray<float>();
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(model.Eval().Forward(x).ToArray<float>(), Is.EqualTo(model.Decode(mean).ToArray<float>()));
    }

    [Test]
    public void A_sample_has_the_mean_and_variance_that_it_was_given()
    {
        const int count = 100_000;
        var z = Model().Reparametrize(Tensor.Full([count, 1], 2.0, DType.Float64), Tensor.Full([count, 1], Math.Log(0.25), DType.Float64));
        Assert.That(z.Mean().Item(), Is.EqualTo(2).Within(4 * 0.5 / Math.Sqrt(count)));
        Assert.That(z.Var().Item(), Is.EqualTo(0.25).Within(0.01));
    }

    [Test]
    public void The_variance_of_the_decoder_weighs_the_reconstruction()
    {
        var x = new RandomStream(3).Normal([4, 5]).Realize();
        // The same draw for both.
        var half = Model().Losses(x);
        var quarter = Model().Losses(x, 0.25);
        Assert.That(quarter.Reconstruction.Item(), Is.EqualTo(2 * half.Reconstruction.Item()).Within(1e-4));
        Assert.That(quarter.Kl.Item(), Is.EqualTo(half.Kl.Item()).Within(1e-6));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Assert.That(() => new VariationalAutoencoder(new Linear(5, 3), new Linear(2, 5)).Encode(Tensor.Zeros([1, 5])), Throws.TypeOf<ShapeException>().With.Message.Contains("[batch, 2·latents]"));
        Assert.That(() => new VariationalAutoencoder(new Linear(5, 4), new Linear(2, 6)).Losses(Tensor.Zeros([1, 5])), Throws.TypeOf<ShapeException>().With.Message.Contains("the input's shape"));
        Assert.That(() => Model().Losses(Tensor.Zeros([1, 5]), 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static VariationalAutoencoder Model() => new(new Linear(5, 4, random: new(1)), new Linear(2, 5, random: new(2)), new(4));
}
