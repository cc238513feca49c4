using CudaNet.Nn.Preprocessing;

namespace CudaNet.Tests.Preprocessing;

[TestFixture]
internal sealed class PreprocessingTests
{
    /// <summary>Five features that depend on each other, [200, 5].</summary>
    private static Tensor Correlated()
    {
        var random = new RandomStream(1);
        return (random.Normal([200, 5], type: DType.Float64).MatMul(random.Normal([5, 5], type: DType.Float64)) + 3).Realize();
    }

    private static Tensor Covariance(Tensor x)
    {
        var centred = x - x.Mean(0);
        return centred.T.MatMul(centred) / (x.Shape[0] - 1);
    }

    [Test]
    public void Standard_features_have_mean_zero_and_deviation_one()
    {
        var y = new StandardScaler().FitTransform(Correlated());
        Assert.That(y.Mean(0).ToArray<double>(), Is.All.EqualTo(0).Within(1e-12));
        Assert.That(y.Std(0, correction: 0).ToArray<double>(), Is.All.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void Scaled_features_fill_the_interval()
    {
        var y = new MinMaxScaler(-1, 2).FitTransform(Correlated());
        Assert.That(y.Min(0).ToArray<double>(), Is.All.EqualTo(-1).Within(1e-12));
        Assert.That(y.Max(0).ToArray<double>(), Is.All.EqualTo(2).Within(1e-12));
    }

    [Test]
    public void A_wild_value_does_not_change_robust_features()
    {
        double[,] x = { { 1 }, { 2 }, { 3 }, { 4 }, { 5 } }, wild = { { 1 }, { 2 }, { 3 }, { 4 }, { 1e9 } };
        var scaler = new RobustScaler().Fit(Tensor.From(wild));
        Assert.That(scaler.Transform(Tensor.From(x)).ToArray<double>(), Is.EqualTo(new[] { -1, -0.5, 0, 0.5, 1 }).Within(1e-12));
    }

    [Test]
    public void A_constant_feature_stays_finite_and_every_scaler_goes_back()
    {
        var x = Tensor.From(new float[,] { { 0.1f, 7, 1 }, { 0.1f, 8, 5 }, { 0.1f, 9, 2 } });
        foreach (var scaler in (FeatureScaler[])[new StandardScaler(), new MinMaxScaler(), new RobustScaler()])
        {
            var y = scaler.FitTransform(x);
            Assert.That(y.DType, Is.EqualTo(DType.Float32));
            Assert.That(y.Select(1, 0).ToArray<float>(), Is.All.EqualTo(0).Within(1e-6), scaler.GetType().Name);
            Assert.That(scaler.InverseTransform(y).ToArray<float>(), Is.EqualTo(x.ToArray<float>()).Within(1e-5));
        }
    }

    [Test]
    public void Principal_components_are_uncorrelated_sorted_and_go_back_exactly()
    {
        var x = Correlated();
        var pca = new Pca();
        var y = pca.FitTransform(x);
        var variance = pca.ExplainedVariance.ToArray<double>();
        Assert.That(Covariance(y).ToArray<double>(), Is.EqualTo((Tensor.Eye(5, DType.Float64) * pca.ExplainedVariance).ToArray<double>()).Within(1e-10));
        Assert.That(variance, Is.Ordered.Descending);
        Assert.That(pca.ExplainedVarianceRatio.Sum().Item(), Is.EqualTo(1).Within(1e-12));
        Assert.That(pca.InverseTransform(y).ToArray<double>(), Is.EqualTo(x.ToArray<double>()).Within(1e-10));
    }

    [Test]
    public void Fewer_components_keep_what_lies_in_them()
    {
        // All samples lie in a plane.
        var random = new RandomStream(2);
        var x = random.Normal([50, 2], type: DType.Float64).MatMul(random.Normal([2, 4], type: DType.Float64)).Realize();
        var pca = new Pca(2).Fit(x);
        Assert.That(pca.Components.Shape, Is.EqualTo(new Shape([2, 4])));
        Assert.That(pca.InverseTransform(pca.Transform(x)).ToArray<double>(), Is.EqualTo(x.ToArray<double>()).Within(1e-10));
    }

    [TestCase(false), TestCase(true)]
    public void Whitened_features_have_the_identity_as_covariance(bool zca)
    {
        var x = Correlated();
        var whitening = new Whitening(zca);
        var y = whitening.FitTransform(x);
        Assert.That(Covariance(y).ToArray<double>(), Is.EqualTo(Tensor.Eye(5, DType.Float64).ToArray<double>()).Within(1e-4));
        Assert.That(whitening.InverseTransform(y).ToArray<double>(), Is.EqualTo(x.ToArray<double>()).Within(1e-8));
        if (zca) Assert.That(whitening.Matrix.ToArray<double>(), Is.EqualTo(whitening.Matrix.T.ToArray<double>()).Within(1e-10), "it turns nothing");
    }

    [Test]
    public void Bad_input_is_refused()
    {
        Assert.That(() => new StandardScaler().Transform(Tensor.Zeros([2, 3])), Throws.TypeOf<GraphException>().With.Message.Contain("Fit"));
        Assert.That(() => new StandardScaler().Fit(Tensor.Zeros([3])), Throws.TypeOf<ShapeException>().With.Message.Contain("[samples, features]"));
        Assert.That(() => new StandardScaler().Fit(Tensor.Zeros([0, 3])), Throws.TypeOf<ShapeException>());
        Assert.That(() => new StandardScaler().Fit(Tensor.Zeros([2, 3])).Transform(Tensor.Zeros([2, 4])), Throws.TypeOf<ShapeException>().With.Message.Contain("3 features"));
        Assert.That(() => new Pca(4).Fit(Tensor.Zeros([9, 3])), Throws.TypeOf<ShapeException>().With.Message.Contain("3 directions"));
        Assert.That(() => new Pca().Fit(Tensor.Zeros([1, 3])), Throws.TypeOf<ShapeException>());
        Assert.That(() => new Whitening(epsilon: -1), Throws.ArgumentException);
        Assert.That(() => new MinMaxScaler(1, 0), Throws.ArgumentException);
        Assert.That(() => new RobustScaler(0.5, 2), Throws.ArgumentException);
    }
}
