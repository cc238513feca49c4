using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

[TestFixture]
internal sealed class EnsembleTests
{
    [Test]
    public void The_majority_wins_and_the_lowest_of_equals()
    {
        var votes = Tensor.From(new long[,] { { 2, 1, 0 }, { 2, 0, 2 }, { 0, 1, 1 } });
        Assert.That(Ensemble.MajorityVote(votes, 3).ToArray<long>(), Is.EqualTo(new long[] { 2, 1, 0 }));
        Assert.That(() => Ensemble.MajorityVote(votes, 2).ToArray<long>(), Throws.TypeOf<IndexValueException>());
        Assert.That(() => Ensemble.MajorityVote(Tensor.Zeros([3], DType.Int64), 3), Throws.TypeOf<ShapeException>());
    }

    [Test]
    public void Probabilities_are_averaged_and_votes_counted()
    {
        // Members that always give the same scores: biases of layers without weights.
        static Linear Constant(params double[] probabilities)
        {
            var layer = new Linear(1, probabilities.Length);
            layer.Weight.Assign(Tensor.Zeros(layer.Weight.Shape));
            layer.Bias!.Assign(Tensor.From(Array.ConvertAll(probabilities, p => (float)Math.Log(p))));
            return layer;
        }
        var ensemble = new Ensemble([Constant(0.6, 0.4), Constant(0.6, 0.4), Constant(0.1, 0.9)]);
        var x = Tensor.Zeros([2, 1]);
        Assert.That(ensemble.Forward(x).Exp().ToArray<float>()[..2], Is.EqualTo(new[] { 1.3f / 3, 1.7f / 3 }).Within(1e-6f));
        Assert.That(ensemble.Vote(x).ToArray<long>(), Is.EqualTo(new long[] { 0, 0 }), "two of three, although the mean says otherwise");
        Assert.That(ensemble.NamedParameters().First().Name, Is.EqualTo("models.0.weight"));
        Assert.That(() => new Ensemble([]), Throws.ArgumentException);
    }
}
