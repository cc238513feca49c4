namespace CudaNet.Ops;

/// <summary>Distributions made of one draw of a stream, from its state. What <see cref="RandomStream"/> and the static
/// methods of <see cref="Tensor"/> share.</summary>
internal static class Draw
{
    public static Tensor Uniform(Tensor state, Shape shape, double low, double high, DType type)
    {
        var unit = new RandomUniform(shape, type).Apply(state);
        return low == 0 && high == 1 ? unit : unit * (high - low) + low;
    }

    public static Tensor Normal(Tensor state, Shape shape, double mean, double deviation, DType type)
    {
        var standard = new RandomNormal(shape, type).Apply(state);
        if (deviation != 1) standard *= deviation;
        return mean == 0 ? standard : standard + mean;
    }

    public static Tensor Integers(Tensor state, Shape shape, long low, long high, DType type) => new RandomInteger(shape, type, low, high).Apply(state);

    public static Tensor Bernoulli(Tensor state, Shape shape, Tensor probability) => new RandomUniform(shape, DType.Float32).Apply(state) < probability;

    /// <summary>The order of random 64-bit numbers. Two of n are equal with probability n²·2⁻⁶⁵, so no order is favoured in any
    /// number of draws that can be made.</summary>
    public static Tensor Permutation(Tensor state, long count)
    {
        if (count < 0) throw new ShapeException($"Permutation: a length of {count} is negative.");
        return new RandomBits([count], DType.Int64).Apply(state).ArgSort();
    }

    /// <summary>A race of exponential clocks: class k rings after E/pₖ, and the first is k with probability pₖ/Σp. A class of
    /// probability 0 never rings, and the probabilities need not add up to 1.</summary>
    public static Tensor Categorical(Tensor state, Tensor probabilities, long? count)
    {
        if (probabilities.Rank == 0 || probabilities.Shape[^1] == 0)
            throw new ShapeException($"Categorical: probabilities {probabilities.Shape} need classes along the last axis.");
        if (count < 0) throw new ShapeException($"Categorical: a count of {count} is negative.");
        if (!probabilities.DType.IsFloating()) throw new DTypeException($"Categorical: probabilities are floating, not {probabilities.DType.ShortName()}.");
        var shape = count is { } draws ? probabilities.Shape.Insert(probabilities.Rank - 1, draws) : probabilities.Shape;
        var rows = (count is null ? probabilities : probabilities.Unsqueeze(-2)).To(DType.Float32).ExpandTo(shape);
        // −ln(1 − u) is 0 for u = 0: the clock of an impossible class would then read 0/0.
        var clocks = (-(-new RandomUniform(shape, DType.Float32).Apply(state)).Log1p()).Maximum(1e-30);
        return (rows / clocks).ArgMax(-1);
    }

    /// <summary>By the inverse of the distribution function, so that every draw is used.</summary>
    public static Tensor TruncatedNormal(Tensor state, Shape shape, double mean, double deviation, double low, double high, DType type)
    {
        if (!(low < high)) throw new ShapeException($"TruncatedNormal: there is nothing between {low} and {high}.");
        if (!(deviation > 0)) throw new ShapeException($"TruncatedNormal: a deviation of {deviation} is not positive.");
        var inner = type.IsHalf() ? DType.Float32 : type;
        Tensor Erf(double bound) => Tensor.Full([], (bound - mean) / (deviation * Math.Sqrt(2)), DType.Float64, state.Device).Erf();
        var (least, greatest) = (Erf(low), Erf(high));
        var u = new RandomUniform(shape, inner).Apply(state).To(DType.Float64);
        var standard = InverseErf((least + u * (greatest - least)).Clamp(-1 + 1e-15, 1 - 1e-15)) * Math.Sqrt(2);
        return (standard * deviation + mean).Clamp(low, high).To(type);
    }

    /// <summary>Giles 2012 (Approximating the erfinv function), to 10⁻⁶, and one step of Newton's method.</summary>
    private static Tensor InverseErf(Tensor x)
    {
        static Tensor Polynomial(Tensor w, ReadOnlySpan<double> coefficients)
        {
            var sum = w * coefficients[0] + coefficients[1];
            foreach (var c in coefficients[2..]) sum = sum * w + c;
            return sum;
        }
        var w = -((1 - x) * (1 + x)).Log();
        var centre = Polynomial(w - 2.5, [2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941]);
        var tail = Polynomial(w.Maximum(5).Sqrt() - 3, [-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682]);
        var y = x * (w < 5).Where(centre, tail);
        return y - (y.Erf() - x) * (Math.Sqrt(Math.PI) / 2) * (y * y).Exp();
    }
}
