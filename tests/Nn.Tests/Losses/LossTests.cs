using CudaNet.Nn;

namespace CudaNet.Tests.Losses;

[TestFixture]
internal sealed class LossTests
{
    private static Tensor X => Tensor.From(0.5, -1.2, 2.0);
    private static Tensor Y => Tensor.From(1.0, -1.0, 0.0);
    private static Tensor Signs => Tensor.From(1L, -1L, -1L);
    private static Tensor Logits => Tensor.From(new double[,] { { 2, 1.5, -1 }, { 0, 1, 0 }, { 0.5, -0.5, 0 } });
    private static Tensor Classes => Tensor.From(0L, 1L, 2L);
    private static Tensor ClassWeights => Tensor.From(1, 2, 0.5);

    [Test]
    public void Losses_have_their_known_values()
    {
        static void Has(Tensor loss, double expected) => Assert.That(loss.Item(), Is.EqualTo(expected).Within(5e-8));
        Has(Loss.Mse(X, Y), 1.43);
        Has(Loss.L1(X, Y), 0.9);
        Has(Loss.SmoothL1(X, Y), 0.54833333);
        Has(Loss.Huber(X, Y), 0.54833333);
        Has(Loss.BinaryCrossEntropyWithLogits(X, Tensor.From(1.0, 0, 1)), 0.2880958);
        Has(Loss.BinaryCrossEntropy(X.Sigmoid(), Tensor.From(1.0, 0, 1)), 0.2880958);
        Has(Loss.KlDiv(Tensor.From(0.4, 0.4, 0.2).Log(), Tensor.From(0.5, 0.3, 0.2), LossReduction.Sum), 0.0252672);
        Has(Loss.KlDiv(Tensor.From(0.4, 0.4, 0.2).Log(), Tensor.From(0.5, 0.3, 0.2).Log(), LossReduction.Sum, logTarget: true), 0.0252672);
        Has(Loss.HingeEmbedding(Tensor.From(0.3, 1.5, 0.2), Signs), 0.36666667);
        Has(Loss.MarginRanking(Tensor.From(0.5, 1.0), Tensor.From(1.0, 0.2), Tensor.Ones([2], DType.Int64), 0.1), 0.3);
        Has(Loss.SoftMargin(X, Signs, LossReduction.Sum), 2.8642875);
        Has(Loss.SoftMargin(X, Signs), 0.9547625);
        Has(Loss.CosineSimilarity(Tensor.From(1.0, 0), Tensor.From(1.0, 1), 0), 0.70710678);
        Has(Loss.Hinge(X, Signs), (0.5 + 0 + 3) / 3);
        Has(Loss.Hinge(X, Signs, squared: true), (0.25 + 0 + 9) / 3);
    }

    [Test]
    public void Likelihood_is_weighted_in_both_normalisations()
    {
        var log = Logits.LogSoftmax(1);
        Assert.That(log.ToArray<double>()[..3], Is.EqualTo(new[] { -0.5046, -1.0046, -3.5046 }).Within(5e-5));
        Assert.That(Loss.Nll(log, Classes).Item(), Is.EqualTo(0.7454371).Within(5e-8));
        Assert.That(Loss.Nll(log, Classes, weight: ClassWeights).Item(), Is.EqualTo(0.6278918).Within(5e-8), "over the weights");
        Assert.That(Loss.Nll(log, Classes, LossReduction.BatchMean, ClassWeights).Item(), Is.EqualTo(0.7325404).Within(5e-8), "over the examples");
        Assert.That(Loss.CrossEntropy(Logits, Classes, LossReduction.BatchMean, ClassWeights).Item(), Is.EqualTo(0.7325404).Within(5e-8));
    }

    [Test]
    public void An_ignored_class_counts_neither_above_nor_below()
    {
        var target = Tensor.From(0L, -100L, 2L);
        var two = (Loss.Nll(Logits.LogSoftmax(1), Classes, LossReduction.None).ToArray<double>()[0] + Loss.Nll(Logits.LogSoftmax(1), Classes, LossReduction.None).ToArray<double>()[2]) / 2;
        Assert.That(Loss.Nll(Logits.LogSoftmax(1), target, ignoreIndex: -100).Item(), Is.EqualTo(two).Within(1e-12));
        Assert.That(Loss.CrossEntropy(Logits, target, ignoreIndex: -100).Item(), Is.EqualTo(two).Within(1e-12));
    }

    [Test]
    public void Triplets_cost_nothing_until_the_margin_is_reached()
    {
        Tensor a = Tensor.From(0.0, 0), p = Tensor.From(3.0, 4), n = Tensor.From(6.0, 8);
        Assert.That(Loss.TripletMargin(a, p, n).Item(), Is.Zero);
        Assert.That(Loss.TripletMargin(a, p, n, margin: 6).Item(), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void Cosines_of_the_three_cases_and_of_scaled_vectors()
    {
        var x = Tensor.From(new double[,] { { 1, 2 }, { 1, 2 }, { 1, 2 } });
        var y = Tensor.From(new double[,] { { 3, 6 }, { -2, 1 }, { -1, -2 } });
        Assert.That(Loss.CosineSimilarity(x, y).ToArray<double>(), Is.EqualTo(new[] { 1.0, 0, -1 }).Within(1e-12));
        Assert.That(Loss.CosineSimilarity(x * 1e100, y * 1e-5).ToArray<double>(), Is.EqualTo(new[] { 1.0, 0, -1 }).Within(1e-12));
        Assert.That(Loss.CosineEmbedding(x, y, Signs, reduction: LossReduction.None).ToArray<double>(), Is.EqualTo(new[] { 0.0, 0, 0 }).Within(1e-6));
    }

    [Test]
    public void Certainties_of_binary_cross_entropy_are_finite_and_can_be_unlearned()
    {
        Tensor p = Tensor.From(0.0, 1, 0, 1), t = Tensor.From(0.0, 1, 1, 0);
        Assert.That(Loss.BinaryCrossEntropy(p, t, LossReduction.None).ToArray<double>(), Is.EqualTo(new[] { 0.0, 0, 100, 100 }));
        Assert.That(Grad.Of(Loss.BinaryCrossEntropy(p, t, LossReduction.Sum), p).ToArray<double>(), Is.EqualTo(new[] { 0, 0, -1e12, 1e12 }).Within(1));
        Assert.That(Loss.BinaryCrossEntropy(Tensor.From(1.5), Tensor.From(1.0)).Item(), Is.NaN);
    }

    [Test]
    public void Divergence_is_zero_only_for_equal_distributions_and_allows_impossible_classes()
    {
        var p = Tensor.From(0.5, 0.5, 0.0);
        Assert.That(Loss.KlDiv(Tensor.From(0.5, 0.5, 1.0).Log(), p, LossReduction.Sum).Item(), Is.Zero);
        var x = Tensor.From(0.4, 0.4, 0.2).Log();
        Assert.That(Loss.KlDiv(x, p, LossReduction.Sum).Item(), Is.EqualTo(Math.Log(0.5 / 0.4)).Within(1e-12));
        Assert.That(Grad.Of(Loss.KlDiv(x, p, LossReduction.Sum), p).ToArray<double>()[2], Is.EqualTo(-Math.Log(0.2)).Within(1e-12));
    }

    [Test]
    public void The_batch_mean_divides_by_the_examples_only()
    {
        Tensor x = Tensor.Ones([4, 5]), y = Tensor.Zeros([4, 5]);
        Assert.That(Loss.Mse(x, y, LossReduction.BatchMean).Item(), Is.EqualTo(5));
        Assert.That(Loss.Huber(x, y, 2, LossReduction.BatchMean, Tensor.Full([4, 1], 2)).Item(), Is.EqualTo(5));
        Assert.That(() => Loss.Mse(Tensor.Scalar(1f), Tensor.Scalar(1f), LossReduction.BatchMean), Throws.TypeOf<ShapeException>().With.Message.Contain("batch"));
    }

    [Test]
    public void Sample_weights_multiply_every_loss()
    {
        Tensor w = Tensor.From(0.0, 2, 1), ones = Tensor.Ones([3], DType.Float64);
        foreach (var loss in (Func<LossReduction, Tensor?, Tensor>[])
                 [
                     (r, weight) => Loss.Mse(X, Y, r, weight), (r, weight) => Loss.Huber(X, Y, 1, r, weight), (r, weight) => Loss.SoftMargin(X, Signs, r, weight),
                     (r, weight) => Loss.Hinge(X, Signs, r, false, weight), (r, weight) => Loss.HingeEmbedding(X, Signs, 1, r, weight),
                     (r, weight) => Loss.MarginRanking(X, Y, Signs, 0, r, weight), (r, weight) => Loss.BinaryCrossEntropy(X.Sigmoid(), Y.Abs(), r, weight), (r, weight) => Loss.KlDiv(X, ones, r, false, weight),
                 ])
            Assert.That(loss(LossReduction.Sum, w).Item(), Is.EqualTo((loss(LossReduction.None, null) * w).Sum().Item()).Within(1e-9));
    }

    [TestCase(null), TestCase(3L)]
    public void A_loss_behind_a_large_head_in_parts_is_that_of_all_logits(long? ignore)
    {
        var random = new RandomStream(8);
        var weight = new Parameter(random.Normal([9, 4]).Realize(), "head");
        Tensor rows = random.Normal([11, 4]).Realize(), target = random.Integers([11], 0, 9).Realize();
        Tensor whole = Loss.CrossEntropy(Linear.Apply(rows, weight), target, ignoreIndex: ignore), parts = Loss.LinearCrossEntropy(rows, weight, target, 4, ignore);
        Assert.That(parts.Item(), Is.EqualTo(whole.Item()).Within(1e-6));
        foreach (var (a, b) in Grad.Of(parts, rows, weight.Value).Zip(Grad.Of(whole, rows, weight.Value)))
            Assert.That(a.ToArray<float>(), Is.EqualTo(b.ToArray<float>()).Within(1e-6));
        Assert.Throws<ShapeException>(() => Loss.LinearCrossEntropy(rows, weight, target.Narrow(0, 0, 5)));
    }
}
