namespace CudaNet.Nn.Optimizers;

/// <summary>Adam: m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − η · m̂/(√v̂ + ε) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).</summary>
/// <remarks>Kingma, Ba 2015. Weight decay λ is added to the gradient (L2); <see cref="AdamW"/> decouples it.</remarks>
public class Adam : Optimizer
{
    /// <summary>Names of m and v.</summary>
    private protected static readonly string[] Moments = ["exp_avg", "exp_avg_sq"];

    private readonly bool _decoupled;

    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">Decay of the mean of gradients.</param>
    /// <param name="beta2">Decay of the mean of their squares.</param>
    /// <param name="epsilon">ε, outside of the root.</param>
    /// <param name="weightDecay">λ.</param>
    public Adam(IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, epsilon, weightDecay) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Parameter}, double, double, double, double, double)"/>
    public Adam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : this(groups, learningRate, beta1, beta2, epsilon, weightDecay, _ => Moments, decoupled: false) { }

    private protected Adam(IEnumerable<ParameterGroup> groups, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, Func<ParameterGroup, string[]> slotNames, bool decoupled)
        : base(groups, learningRate, slotNames)
    {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1))
            throw new ArgumentException($"{GetType().Name}: beta1 is {beta1} and beta2 {beta2}. Give numbers from 0 up to but not including 1.", nameof(beta1));
        (Beta1, Beta2, Epsilon, WeightDecay, _decoupled) = (beta1, beta2, epsilon, weightDecay, decoupled);
    }

    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; }

    /// <summary>Decay of the mean of their squares.</summary>
    public double Beta2 { get; }

    /// <summary>Added to the root.</summary>
    public double Epsilon { get; }

    /// <summary>λ.</summary>
    public double WeightDecay { get; }

    /// <inheritdoc/>
    protected override Rule Begin(ParameterGroup group, Tensor step, Tensor rate)
    {
        var decay = group.WeightDecay ?? WeightDecay;
        // 1 − βᵗ = −expm1(t·ln β), which keeps its digits in single precision where 1 − pow(β, t) loses them.
        var size = rate / -(step * Math.Log(Beta1)).Expm1();
        var spread = (-(step * Math.Log(Beta2)).Expm1()).Rsqrt();
        var keep = decay != 0 && _decoupled ? 1 - rate * decay : null;
        return (parameter, gradient, slots, updates) =>
        {
            var w = parameter.Value;
            var g = decay == 0 || _decoupled ? gradient : gradient + w * decay;
            var m = slots[0].Value * Beta1 + g * (1 - Beta1);
            var v = slots[1].Value * Beta2 + g * g * (1 - Beta2);
            if (keep is not null) w *= keep;
            updates.Add((slots[0], m));
            updates.Add((slots[1], v));
            updates.Add((parameter, (w - m * size / (v.Sqrt() * spread + Epsilon)).To(parameter.DType)));
        };
    }
}
