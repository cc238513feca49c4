namespace CudaNet.Nn;

/// <summary>What dropout of whole channels shares. Neighbouring elements of a channel say much the same, so dropping single ones
/// takes little away.</summary>
/// <remarks>Tompson, Goroshin, Jain, LeCun, Bregler 2015.</remarks>
public abstract class ChannelDropout : Layer
{
    private readonly int _spatial;
    private readonly RandomStream _random;

    private protected ChannelDropout(int spatial, double p, RandomStream? random) => (_spatial, P, _random) = (spatial, Sizes.Probability(p, GetType().Name), random ?? RandomStream.Default);

    /// <summary>Probability of zero.</summary>
    public double P { get; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        if (x.Rank != _spatial + 2) throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, channels, {Sizes.Axes(_spatial)}].");
        return IsTraining ? Masked(x, P, 2, _random) : x;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({P})";

    /// <summary>x times a mask that is drawn over the first axes and is the same along the others.</summary>
    internal static Tensor Masked(Tensor x, double p, int axes, RandomStream random)
    {
        var shape = new long[x.Rank];
        for (var k = 0; k < shape.Length; k++) shape[k] = k < axes ? x.Shape[k] : 1;
        return x * Tensor.Ones(new Shape(shape), x.DType.IsFloating() ? x.DType : DType.Float32, x.Device).Dropout(p, random);
    }
}
