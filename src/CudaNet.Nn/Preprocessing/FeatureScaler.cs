namespace CudaNet.Nn.Preprocessing;

/// <summary>Shifts and scales each feature: y = (x − offset)/scale, with numbers learned from the training set and then used for
/// every other.</summary>
public abstract class FeatureScaler
{
    private Tensor? _offset, _scale;

    /// <summary>What is taken off, [features].</summary>
    /// <exception cref="GraphException">Nothing was fitted.</exception>
    public Tensor Offset => _offset ?? throw NotFitted();

    /// <summary>What is divided by, [features]; 1 for a constant feature.</summary>
    /// <exception cref="GraphException">Nothing was fitted.</exception>
    public Tensor Scale => _scale ?? throw NotFitted();

    /// <summary>Learns from a training set.</summary>
    /// <param name="x">[samples, features].</param>
    /// <returns>This.</returns>
    /// <exception cref="ShapeException">It is not a matrix, or has no sample.</exception>
    public FeatureScaler Fit(Tensor x)
    {
        var (offset, scale) = Measure(Samples.Checked(x, GetType().Name, 1));
        // A constant feature has no scale; what is left of it after the shift is 0, and shall stay so. The limit is relative:
        // the deviation of equal numbers is not exactly 0 after rounding.
        var isConstant = scale <= (offset.Abs() + scale) * 1e-14;
        (_offset, _scale) = (offset.Realize(), isConstant.Where(1, scale).Realize());
        return this;
    }

    /// <summary>The scaled features, of the input's type.</summary>
    /// <exception cref="ShapeException">There is another number of features.</exception>
    public Tensor Transform(Tensor x)
    {
        Samples.CheckFeatures(x, Offset.Shape[0], GetType().Name);
        return ((x.To(DType.Float64) - Offset) / Scale).To(Samples.FloatingType(x));
    }

    /// <summary>Back to the features as they were.</summary>
    /// <exception cref="ShapeException">There is another number of features.</exception>
    public Tensor InverseTransform(Tensor y)
    {
        Samples.CheckFeatures(y, Offset.Shape[0], GetType().Name);
        return (y.To(DType.Float64) * Scale + Offset).To(Samples.FloatingType(y));
    }

    /// <summary>Fits and transforms the same set.</summary>
    public Tensor FitTransform(Tensor x) => Fit(x).Transform(x);

    /// <summary>Offset and scale of each column, in double precision.</summary>
    private protected abstract (Tensor Offset, Tensor Scale) Measure(Tensor x);

    private GraphException NotFitted() => new($"{GetType().Name}: nothing was fitted. Call Fit with the training set first.");
}
