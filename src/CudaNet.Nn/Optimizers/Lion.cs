namespace CudaNet.Nn.Optimizers;

/// <summary>Lion: u = sign(β₁·m + (1 − β₁)·g), w ← w − η·(u + λ·w), m ← β₂·m + (1 − β₂)·g. Every weight moves by η: take a rate 3 to 10 times less than AdamW's, and a decay as many times more.</summary>
/// <remarks>Chen, Liang, Huang, Real, Wang, Liu, Pham, Dong, Luong, Hsieh, Lu, Le 2023. One slot a weight, half of Adam's.</remarks>
public sealed class Lion : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁: share of the mean in the direction.</param>
    /// <param name="beta2">β₂: decay of the mean.</param>
    /// <param name="weightDecay">λ, decoupled.</param>
    public Lion(IEnumerable<Parameter> parameters, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, weightDecay) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="Lion(IEnumerable{Parameter}, double, double, double, double)"/>
    public Lion(IEnumerable<ParameterGroup> groups, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : base(groups, learningRate, "exp_avg")
    {
        if (!(beta1 >= 0 && beta1 < 1)) throw new ArgumentException($"Lion: beta1 is {beta1}. Give a number from 0 up to but not including 1.", nameof(beta1));
        if (!(beta2 >= 0 && beta2 < 1)) throw new ArgumentException($"Lion: beta2 is {beta2}. Give a number from 0 up to but not including 1.", nameof(beta2));
        (Beta1, Beta2, WeightDecay) = (beta1, beta2, weightDecay);
    }

    /// <summary>β₁: share of the mean in the direction.</summary>
    public double Beta1 { get; }

    /// <summary>β₂: decay of the mean.</summary>
    public double Beta2 { get; }

    /// <summary>λ, decoupled.</summary>
    public double WeightDecay { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        return (parameter, gradient, slots, updates) =>
        {
            var (w, m) = (parameter.Value, slots[0].Value);
            var direction = (m * Beta1 + gradient * (1 - Beta1)).Sign();
            if (decay != 0) direction += w * decay;
            updates.Add((slots[0], m * Beta2 + gradient * (1 - Beta2)));
            updates.Add((parameter, (w - direction * rate).To(parameter.DType)));
        };
    }
}
