namespace CudaNet.Nn.Optimizers;

/// <summary>Adadelta: s ← ρ·s + (1 − ρ)·g², Δ = √(a + ε)/√(s + ε) · g, a ← ρ·a + (1 − ρ)·Δ², w ← w − η·Δ. It needs no rate: η is 1.</summary>
/// <remarks>Zeiler 2012, with PyTorch's defaults.</remarks>
public sealed class Adadelta : Optimizer
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="rho">ρ: decay of both means of squares.</param>
    /// <param name="epsilon">ε, inside of both roots.</param>
    /// <param name="weightDecay">λ, added to the gradient as λ·w.</param>
    public Adadelta(IEnumerable<Parameter> parameters, double learningRate = 1, double rho = 0.9, double epsilon = 1e-6, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, rho, epsilon, weightDecay) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="Adadelta(IEnumerable{Parameter}, double, double, double, double)"/>
    public Adadelta(IEnumerable<ParameterGroup> groups, double learningRate = 1, double rho = 0.9, double epsilon = 1e-6, double weightDecay = 0)
        : base(groups, learningRate, "square_avg", "acc_delta")
    {
        if (!(rho >= 0 && rho < 1)) throw new ArgumentException($"Adadelta: rho is {rho}. Give a number from 0 up to but not including 1.", nameof(rho));
        if (!(epsilon >= 0)) throw new ArgumentException($"Adadelta: epsilon is {epsilon}. Give a number of 0 or more.", nameof(epsilon));
        (Rho, Epsilon, WeightDecay) = (rho, epsilon, weightDecay);
    }

    /// <summary>ρ: decay of both means of squares.</summary>
    public double Rho { get; }

    /// <summary>ε, inside of both roots.</summary>
    public double Epsilon { get; }

    /// <summary>λ, added to the gradient as λ·w.</summary>
    public double WeightDecay { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        return (parameter, gradient, slots, updates) =>
        {
            var g = decay == 0 ? gradient : gradient + parameter.Value * decay;
            var s = slots[0].Value * Rho + g * g * (1 - Rho);
            var change = (slots[1].Value + Epsilon).Sqrt() / (s + Epsilon).Sqrt() * g;
            updates.Add((slots[0], s));
            updates.Add((slots[1], slots[1].Value * Rho + change * change * (1 - Rho)));
            updates.Add((parameter, (parameter.Value - change * rate).To(parameter.DType)));
        };
    }
}
