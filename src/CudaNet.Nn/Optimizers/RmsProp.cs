namespace CudaNet.Nn.Optimizers;

/// <summary>RMSprop: s ← α·s + (1 − α)·g², w ← w − η · g/(√s + ε); with momentum μ the quotient goes through b ← μ·b + g/(√s + ε).</summary>
/// <remarks>Tieleman, Hinton 2012, with PyTorch's defaults. Centred, the mean of gradients is taken off: √(s − ḡ²), an estimate of their deviation.</remarks>
public sealed class RmsProp : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="alpha">α: decay of the mean of squares.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ, added to the gradient as λ·w.</param>
    /// <param name="momentum">μ; 0 for none.</param>
    /// <param name="centered">True to take off the mean of gradients.</param>
    /// <param name="epsilonInsideRoot">True for √(s + ε) in place of √s + ε.</param>
    public RmsProp(IEnumerable<Parameter> parameters, double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8, double weightDecay = 0, double momentum = 0, bool centered = false, bool epsilonInsideRoot = false)
        : this([new ParameterGroup(parameters)], learningRate, alpha, epsilon, weightDecay, momentum, centered, epsilonInsideRoot) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="RmsProp(IEnumerable{Parameter}, double, double, double, double, double, bool, bool)"/>
    public RmsProp(IEnumerable<ParameterGroup> groups, double learningRate = 1e-2, double alpha = 0.99, double epsilon = 1e-8, double weightDecay = 0, double momentum = 0, bool centered = false, bool epsilonInsideRoot = false)
        : base(groups, learningRate, ["square_avg", .. momentum > 0 ? (string[])["momentum_buffer"] : [], .. centered ? (string[])["grad_avg"] : []])
    {
        if (!(alpha >= 0 && alpha < 1)) throw new ArgumentException($"RmsProp: alpha is {alpha}. Give a number from 0 up to but not including 1.", nameof(alpha));
        if (!(momentum >= 0)) throw new ArgumentException($"RmsProp: momentum is {momentum}. Give a number of 0 or more.", nameof(momentum));
        if (!(epsilon >= 0)) throw new ArgumentException($"RmsProp: epsilon is {epsilon}. Give a number of 0 or more.", nameof(epsilon));
        (Alpha, Epsilon, WeightDecay, Momentum, Centered, EpsilonInsideRoot) = (alpha, epsilon, weightDecay, momentum, centered, epsilonInsideRoot);
    }

    /// <summary>α: decay of the mean of squares.</summary>
    public double Alpha { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>λ, added to the gradient as λ·w.</summary>
    public double WeightDecay { get; }

    /// <summary>μ; 0 for none.</summary>
    public double Momentum { get; }

    /// <summary>True to take off the mean of gradients.</summary>
    public bool Centered { get; }

    /// <summary>True for √(s + ε) in place of √s + ε.</summary>
    public bool EpsilonInsideRoot { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        return (parameter, gradient, slots, updates) =>
        {
            var g = decay == 0 ? gradient : gradient + parameter.Value * decay;
            var s = slots[0].Value * Alpha + g * g * (1 - Alpha);
            updates.Add((slots[0], s));
            var spread = s;
            if (Centered)
            {
                var mean = slots[^1].Value * Alpha + g * (1 - Alpha);
                updates.Add((slots[^1], mean));
                // Rounding may leave a variance just below 0.
                spread = (s - mean * mean).Maximum(0);
            }
            var change = g / (EpsilonInsideRoot ? (spread + Epsilon).Sqrt() : spread.Sqrt() + Epsilon);
            if (Momentum > 0)
            {
                change = slots[1].Value * Momentum + change;
                updates.Add((slots[1], change));
            }
            updates.Add((parameter, (parameter.Value - change * rate).To(parameter.DType)));
        };
    }
}
