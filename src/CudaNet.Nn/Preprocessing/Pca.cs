namespace CudaNet.Nn.Preprocessing;

/// <summary>Principal components: orthogonal directions of falling variance, in which the features are uncorrelated.</summary>
/// <remarks>Pearson 1901. By the singular values of the centred samples, which keeps the digits that a covariance matrix would
/// square away. The sign of a component is such that its greatest element is positive.</remarks>
public sealed class Pca
{
    private readonly long? _count;
    private Tensor? _mean, _components, _variance, _ratio;

    /// <summary>A projection.</summary>
    /// <param name="components">How many directions are kept; all if null.</param>
    public Pca(long? components = null)
    {
        if (components < 1) throw new ArgumentException($"Pca: {components} components. Give 1 or more.", nameof(components));
        _count = components;
    }

    /// <summary>Mean of the samples, [features].</summary>
    public Tensor Mean => _mean ?? throw NotFitted();

    /// <summary>The directions as rows, [components, features].</summary>
    public Tensor Components => _components ?? throw NotFitted();

    /// <summary>Variance along each (divided by n − 1), falling, [components].</summary>
    public Tensor ExplainedVariance => _variance ?? throw NotFitted();

    /// <summary>Its share of the whole variance, [components].</summary>
    public Tensor ExplainedVarianceRatio => _ratio ?? throw NotFitted();

    /// <summary>Learns from a training set, [samples, features] with 2 or more samples.</summary>
    /// <returns>This.</returns>
    /// <exception cref="ShapeException">It is not such a matrix, or there are fewer directions than asked for.</exception>
    public Pca Fit(Tensor x)
    {
        var samples = Samples.Checked(x, "Pca", 2);
        var most = Math.Min(samples.Shape[0], samples.Shape[1]);
        if (_count > most) throw new ShapeException($"Pca: {_count} components of samples {x.Shape}, which have {most} directions. Ask for no more.");
        var mean = samples.Mean(0);
        var centred = samples - mean;
        // Many samples have the singular values and directions of their small triangular factor.
        var (_, values, directions) = Linalg.Svd(samples.Shape[0] > samples.Shape[1] ? Linalg.Qr(centred).R : centred);
        var variance = values.Square() / (samples.Shape[0] - 1);
        var whole = variance.Sum();
        var kept = _count ?? most;
        directions = directions.Narrow(0, 0, kept);
        var greatest = directions.Gather(directions.Abs().ArgMax(1).Unsqueeze(1), 1);
        (_mean, _components) = (mean.Realize(), (directions * greatest.Sign()).Realize());
        _variance = variance.Narrow(0, 0, kept).Realize();
        // Equal samples have no variance, and no direction has a share of it.
        _ratio = whole.Eq(0).Where(0, _variance / whole.Eq(0).Where(1, whole)).Realize();
        return this;
    }

    /// <summary>[…, features] to […, components], of the input's type.</summary>
    /// <exception cref="ShapeException">There is another number of features.</exception>
    public Tensor Transform(Tensor x)
    {
        Samples.CheckFeatures(x, Mean.Shape[0], "Pca");
        return (x.To(DType.Float64) - Mean).MatMul(Components.T).To(Samples.FloatingType(x));
    }

    /// <summary>Back to features; what lies in the directions that were left out is lost.</summary>
    /// <exception cref="ShapeException">There is another number of components.</exception>
    public Tensor InverseTransform(Tensor y)
    {
        Samples.CheckFeatures(y, Components.Shape[0], "Pca");
        return (y.To(DType.Float64).MatMul(Components) + Mean).To(Samples.FloatingType(y));
    }

    /// <summary>Fits and transforms the same set.</summary>
    public Tensor FitTransform(Tensor x) => Fit(x).Transform(x);

    private static GraphException NotFitted() => new("Pca: nothing was fitted. Call Fit with the training set first.");
}
