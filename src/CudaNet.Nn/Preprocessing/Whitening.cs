namespace CudaNet.Nn.Preprocessing;

/// <summary>To uncorrelated features of variance 1. PCA whitening leaves them along the principal components; ZCA whitening turns
/// them back, so that they stay as near to the old features as they can.</summary>
/// <remarks>Bell, Sejnowski 1997.</remarks>
public sealed class Whitening
{
    private readonly bool _zca;
    private readonly double _epsilon;
    private readonly Pca _pca;
    private Tensor? _forward, _back;

    /// <summary>A whitening.</summary>
    /// <param name="zca">True to turn back to the old axes.</param>
    /// <param name="epsilon">Added to the variances, so that directions with hardly any are not blown up.</param>
    /// <param name="components">How many principal components are kept; all if null.</param>
    public Whitening(bool zca = false, double epsilon = 1e-8, long? components = null)
    {
        if (!(epsilon >= 0)) throw new ArgumentException($"Whitening: epsilon is {epsilon}. Give a number of 0 or more.", nameof(epsilon));
        (_zca, _epsilon, _pca) = (zca, epsilon, new(components));
    }

    /// <summary>What centred features are multiplied by, [features, components] ([features, features] for ZCA).</summary>
    public Tensor Matrix => _forward ?? throw NotFitted();

    /// <summary>Learns from a training set, [samples, features] with 2 or more samples.</summary>
    /// <returns>This.</returns>
    /// <exception cref="ShapeException">It is not such a matrix.</exception>
    public Whitening Fit(Tensor x)
    {
        _pca.Fit(x);
        var spread = (_pca.ExplainedVariance + _epsilon).Sqrt().Unsqueeze(1);
        var (narrow, wide) = (_pca.Components / spread, _pca.Components * spread);
        _forward = (_zca ? narrow.T.MatMul(_pca.Components) : narrow.T).Realize();
        _back = (_zca ? wide.T.MatMul(_pca.Components) : wide).Realize();
        return this;
    }

    /// <summary>The whitened features, of the input's type.</summary>
    /// <exception cref="ShapeException">There is another number of features.</exception>
    public Tensor Transform(Tensor x)
    {
        Samples.CheckFeatures(x, Matrix.Shape[0], "Whitening");
        return (x.To(DType.Float64) - _pca.Mean).MatMul(Matrix).To(Samples.FloatingType(x));
    }

    /// <summary>Back to the features as they were, but for components that were left out.</summary>
    /// <exception cref="ShapeException">There is another number of features.</exception>
    public Tensor InverseTransform(Tensor y)
    {
        Samples.CheckFeatures(y, Matrix.Shape[1], "Whitening");
        return (y.To(DType.Float64).MatMul(_back!) + _pca.Mean).To(Samples.FloatingType(y));
    }

    /// <summary>Fits and transforms the same set.</summary>
    public Tensor FitTransform(Tensor x) => Fit(x).Transform(x);

    private static GraphException NotFitted() => new("Whitening: nothing was fitted. Call Fit with the training set first.");
}
