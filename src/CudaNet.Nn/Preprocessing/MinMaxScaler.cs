namespace CudaNet.Nn.Preprocessing;

/// <summary>To an interval: the least value of each feature becomes low, the greatest high. Other sets may lie beyond.</summary>
public sealed class MinMaxScaler : FeatureScaler
{
    private readonly double _low, _high;

    /// <summary>A scaler to low … high.</summary>
    public MinMaxScaler(double low = 0, double high = 1)
    {
        if (!(low < high)) throw new ArgumentException($"MinMaxScaler: low is {low} and high {high}. Give the lower first.", nameof(low));
        (_low, _high) = (low, high);
    }

    private protected override (Tensor Offset, Tensor Scale) Measure(Tensor x)
    {
        var (least, greatest) = (x.Min(0), x.Max(0));
        // y = low + (x − min)/range · (high − low), written as (x − offset)/scale. A constant feature becomes low.
        var range = greatest - least;
        var scale = range.Eq(0).Where(1, range) / (_high - _low);
        return (least - scale * _low, scale);
    }
}
