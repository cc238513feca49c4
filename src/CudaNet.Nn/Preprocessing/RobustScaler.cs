namespace CudaNet.Nn.Preprocessing;

/// <summary>To median 0 and interquartile range 1, feature by feature: a few wild values change nothing.</summary>
public sealed class RobustScaler : FeatureScaler
{
    private readonly double _lower, _upper;

    /// <summary>A scaler by the range between two quantiles.</summary>
    public RobustScaler(double lower = 0.25, double upper = 0.75)
    {
        if (!(lower >= 0 && lower < upper && upper <= 1)) throw new ArgumentException($"RobustScaler: the quantiles are {lower} and {upper}. Give two from 0 to 1, the lower first.", nameof(lower));
        (_lower, _upper) = (lower, upper);
    }

    private protected override (Tensor Offset, Tensor Scale) Measure(Tensor x) => (x.Quantile(0.5, 0), x.Quantile(_upper, 0) - x.Quantile(_lower, 0));
}
