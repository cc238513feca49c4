namespace CudaNet.Nn.Optimizers;

/// <summary>AdaGrad: G ← G + g², w ← w − η/(1 + (t − 1)·δ) · g/(√G + ε). The rate of a weight falls with all that it has seen.</summary>
/// <remarks>Duchi, Hazan, Singer 2011, with PyTorch's defaults.</remarks>
public sealed class Adagrad : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="rateDecay">δ: how the rate falls beside that.</param>
    /// <param name="weightDecay">λ, added to the gradient as λ·w.</param>
    /// <param name="initialAccumulator">First value of G.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="epsilonInsideRoot">True for √(G + ε) in place of √G + ε.</param>
    public Adagrad(IEnumerable<Parameter> parameters, double learningRate = 1e-2, double rateDecay = 0, double weightDecay = 0, double initialAccumulator = 0, double epsilon = 1e-10, bool epsilonInsideRoot = false)
        : this([new ParameterGroup(parameters)], learningRate, rateDecay, weightDecay, initialAccumulator, epsilon, epsilonInsideRoot) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="Adagrad(IEnumerable{Parameter}, double, double, double, double, double, bool)"/>
    public Adagrad(IEnumerable<ParameterGroup> groups, double learningRate = 1e-2, double rateDecay = 0, double weightDecay = 0, double initialAccumulator = 0, double epsilon = 1e-10, bool epsilonInsideRoot = false)
        : base(groups, learningRate, "sum")
    {
        if (!(rateDecay >= 0)) throw new ArgumentException($"Adagrad: rateDecay is {rateDecay}. Give a number of 0 or more.", nameof(rateDecay));
        if (!(initialAccumulator >= 0)) throw new ArgumentException($"Adagrad: initialAccumulator is {initialAccumulator}. Give a number of 0 or more.", nameof(initialAccumulator));
        if (!(epsilon >= 0)) throw new ArgumentException($"Adagrad: epsilon is {epsilon}. Give a number of 0 or more.", nameof(epsilon));
        (RateDecay, WeightDecay, InitialAccumulator, Epsilon, EpsilonInsideRoot) = (rateDecay, weightDecay, initialAccumulator, epsilon, epsilonInsideRoot);
        if (initialAccumulator != 0) FillSlot("sum", initialAccumulator);
    }

    /// <summary>δ: how the rate falls beside that.</summary>
    public double RateDecay { get; }

    /// <summary>λ, added to the gradient as λ·w.</summary>
    public double WeightDecay { get; }

    /// <summary>First value of G.</summary>
    public double InitialAccumulator { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>True for √(G + ε) in place of √G + ε.</summary>
    public bool EpsilonInsideRoot { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        var falling = RateDecay == 0 ? rate : rate / (1 + (step - 1) * RateDecay);
        return (parameter, gradient, slots, updates) =>
        {
            var g = decay == 0 ? gradient : gradient + parameter.Value * decay;
            var sum = slots[0].Value + g * g;
            updates.Add((slots[0], sum));
            var change = g / (EpsilonInsideRoot ? (sum + Epsilon).Sqrt() : sum.Sqrt() + Epsilon);
            updates.Add((parameter, (parameter.Value - change * falling).To(parameter.DType)));
        };
    }
}
