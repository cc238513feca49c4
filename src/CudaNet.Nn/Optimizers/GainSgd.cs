namespace CudaNet.Nn.Optimizers;

/// <summary>Gradient descent with a gain for each weight: the gain grows by a little while the sign of its gradient stays, and is multiplied down when it flips; w ← w − η·gain·g.</summary>
/// <remarks>Additive increase and multiplicative decrease (Jacobs 1988, as Hinton teaches it). For large batches.</remarks>
public sealed class GainSgd : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="increase">Added while the sign stays.</param>
    /// <param name="decrease">Factor when it flips.</param>
    /// <param name="minGain">Least gain.</param>
    /// <param name="maxGain">Greatest gain.</param>
    /// <param name="weightDecay">λ, added to the gradient as λ·w.</param>
    public GainSgd(IEnumerable<Parameter> parameters, double learningRate, double increase = 0.05, double decrease = 0.95, double minGain = 0.1, double maxGain = 10, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, increase, decrease, minGain, maxGain, weightDecay) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="GainSgd(IEnumerable{Parameter}, double, double, double, double, double, double)"/>
    public GainSgd(IEnumerable<ParameterGroup> groups, double learningRate, double increase = 0.05, double decrease = 0.95, double minGain = 0.1, double maxGain = 10, double weightDecay = 0)
        : base(groups, learningRate, "prev", "gain")
    {
        if (!(increase >= 0 && decrease > 0 && decrease <= 1)) throw new ArgumentException($"GainSgd: increase is {increase} and decrease {decrease}. Give a number of 0 or more, and one above 0 up to 1.", nameof(increase));
        if (!(minGain > 0 && minGain <= maxGain)) throw new ArgumentException($"GainSgd: minGain is {minGain} and maxGain {maxGain}. Give numbers above 0, the least first.", nameof(minGain));
        (Increase, Decrease, MinGain, MaxGain, WeightDecay) = (increase, decrease, minGain, maxGain, weightDecay);
    }

    /// <summary>Added while the sign stays.</summary>
    public double Increase { get; }

    /// <summary>Factor when it flips.</summary>
    public double Decrease { get; }

    /// <summary>Least gain.</summary>
    public double MinGain { get; }

    /// <summary>Greatest gain.</summary>
    public double MaxGain { get; }

    /// <summary>λ, added to the gradient as λ·w.</summary>
    public double WeightDecay { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        return (parameter, gradient, slots, updates) =>
        {
            var g = decay == 0 ? gradient : gradient + parameter.Value * decay;
            // A gain of 0 says that there was no step yet.
            var gain = slots[1].Value;
            gain = gain.Eq(0).Where(1, gain);
            var agreement = g * slots[0].Value;
            gain = (agreement > 0).Where(gain + Increase, (agreement < 0).Where(gain * Decrease, gain)).Clamp(MinGain, MaxGain);
            updates.Add((slots[0], g));
            updates.Add((slots[1], gain));
            updates.Add((parameter, (parameter.Value - g * gain * rate).To(parameter.DType)));
        };
    }
}
