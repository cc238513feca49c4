using CudaNet.Nn;

namespace CudaNet.Tests.Losses;

[TestFixture]
internal sealed class AdaptiveLogSoftmaxTests
{
    private static readonly AdaptiveLogSoftmaxWithLoss Module = new(16, 30, [5, 12], headBias: true, random: new(1), type: DType.Float64);

    private static Tensor X => new RandomStream(2).Normal([7, 16], type: DType.Float64);

    private static Tensor Target => Tensor.From(0L, 4, 5, 11, 12, 29, 3);

    [Test]
    public void Probabilities_of_all_classes_add_up_to_one() =>
        Assert.That(Module.LogProb(X).Exp().Sum(1).ToArray<double>(), Is.All.EqualTo(1).Within(1e-12));

    [Test]
    public void The_loss_is_that_of_the_full_log_probabilities()
    {
        var (output, loss) = Module.Forward(X, Target);
        Assert.That(output.ToArray<double>(), Is.EqualTo((-Loss.Nll(Module.LogProb(X), Target, LossReduction.None)).ToArray<double>()).Within(1e-12));
        Assert.That(loss.Item(), Is.EqualTo(Loss.Nll(Module.LogProb(X), Target).Item()).Within(1e-12));
    }

    [Test]
    public void Names_and_shapes_are_those_of_PyTorch() =>
        Assert.That(Module.NamedParameters().Select(p => $"{p.Name} {p.Parameter.Shape}"), Is.EqualTo(new[]
        {
            "head.weight [7, 16]", "head.bias [7]", "tail.0.0.weight [4, 16]", "tail.0.1.weight [7, 4]", "tail.1.0.weight [1, 16]", "tail.1.1.weight [18, 1]",
        }));

    [Test]
    public void The_prediction_is_the_likeliest_class() =>
        Assert.That(Module.Predict(X).ToArray<long>(), Is.EqualTo(Module.LogProb(X).ArgMax(1).ToArray<long>()));

    [Test]
    public void Bad_input_is_refused()
    {
        Assert.That(() => new AdaptiveLogSoftmaxWithLoss(16, 30, [12, 5]), Throws.ArgumentException.With.Message.Contain("[12, 5]"));
        Assert.That(() => new AdaptiveLogSoftmaxWithLoss(3, 30, [5, 12]), Throws.ArgumentException.With.Message.Contain("cluster 0"));
        Assert.That(() => new AdaptiveLogSoftmaxWithLoss(16, 30, []), Throws.ArgumentException);
        Assert.That(() => Module.Forward(X, Tensor.From(0L)), Throws.TypeOf<ShapeException>().With.Message.Contain("[batch]"));
        Assert.That(() => Module.Forward(X, Tensor.Full([7], 30, DType.Int64)).Loss.Item(), Throws.InstanceOf<CudaNetException>().With.Message.Contain("out of range"));
        Assert.That(() => Module.Forward(X, Tensor.Full([7], -1, DType.Int64)).Loss.Item(), Throws.InstanceOf<CudaNetException>().With.Message.Contain("out of range"));
    }
}
