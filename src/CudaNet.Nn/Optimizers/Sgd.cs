namespace CudaNet.Nn.Optimizers;

/// <summary>Stochastic gradient descent, with momentum as in PyTorch: v ← μ·v + (1 − d)·g, w ← w − η·v; with Nesterov
/// w ← w − η·(g + μ·v).</summary>
/// <remarks>g includes λ·w for weight decay λ. The first step takes v = g whatever the dampening d.
/// Sutskever, Martens, Dahl, Hinton 2013.</remarks>
public sealed class Sgd : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">μ; 0 for none.</param>
    /// <param name="dampening">d.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="nesterov">True for Nesterov's look-ahead; needs momentum and no dampening.</param>
    /// <param name="rateInVelocity">False for PyTorch's v ← μ·v + g, w ← w − η·v. True for v ← μ·v + η·g, w ← w − v
    /// (Polyak's form): the same for a constant rate, but a new rate reaches what is in v only as that fades.</param>
    public Sgd(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false, bool rateInVelocity = false)
        : this([new ParameterGroup(parameters)], learningRate, momentum, dampening, weightDecay, nesterov, rateInVelocity) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="Sgd(IEnumerable{Parameter}, double, double, double, double, bool, bool)"/>
    public Sgd(IEnumerable<ParameterGroup> groups, double learningRate, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false, bool rateInVelocity = false)
        : base(groups, learningRate, momentum != 0 ? ["momentum_buffer"] : [])
    {
        if (!(momentum >= 0)) throw new ArgumentException($"Sgd: momentum is {momentum}. Give a number of 0 or more.", nameof(momentum));
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new ArgumentException($"Sgd: nesterov needs momentum above 0 and dampening 0, given are {momentum} and {dampening}.", nameof(nesterov));
        (Momentum, Dampening, WeightDecay, Nesterov, RateInVelocity) = (momentum, dampening, weightDecay, nesterov, rateInVelocity);
    }

    /// <summary>μ.</summary>
    public double Momentum { get; }

    /// <summary>d.</summary>
    public double Dampening { get; }

    /// <summary>λ.</summary>
    public double WeightDecay { get; }

    /// <summary>True for Nesterov's look-ahead.</summary>
    public bool Nesterov { get; }

    /// <summary>True where the velocity contains the rate.</summary>
    public bool RateInVelocity { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        // 1 in the first step and 1 − d afterwards; as data, since a compiled step is the same for both.
        var share = Dampening == 0 ? null : 1 - (step - 1).Minimum(1) * Dampening;
        return (parameter, gradient, slots, updates) =>
        {
            var g = decay == 0 ? gradient : gradient + parameter.Value * decay;
            if (RateInVelocity) g *= rate;
            if (Momentum != 0)
            {
                var velocity = slots[0].Value * Momentum + (share is null ? g : g * share.To(g.DType));
                updates.Add((slots[0], velocity));
                g = Nesterov ? g + velocity * Momentum : velocity;
            }
            updates.Add((parameter, (parameter.Value - (RateInVelocity ? g : g * rate)).To(parameter.DType)));
        };
    }
}
