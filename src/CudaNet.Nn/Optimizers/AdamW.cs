namespace CudaNet.Nn.Optimizers;

/// <summary>Adam with decoupled weight decay: w ← (1 − η·λ)·w before Adam's step.</summary>
/// <remarks>Loshchilov, Hutter 2019.</remarks>
public class AdamW : Adam
{
    /// <summary>For all parameters of a module.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">Decay of the mean of gradients.</param>
    /// <param name="beta2">Decay of the mean of their squares.</param>
    /// <param name="epsilon">ε, outside of the root.</param>
    /// <param name="weightDecay">λ.</param>
    public AdamW(IEnumerable<Parameter> parameters, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 1e-2)
        : this([new ParameterGroup(parameters)], learningRate, beta1, beta2, epsilon, weightDecay) { }

    /// <summary>For groups of parameters.</summary>
    /// <inheritdoc cref="AdamW(IEnumerable{Parameter}, double, double, double, double, double)"/>
    public AdamW(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 1e-2)
        : this(groups, learningRate, beta1, beta2, epsilon, weightDecay, _ => Moments) { }

    private protected AdamW(IEnumerable<ParameterGroup> groups, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, Func<ParameterGroup, string[]> slotNames)
        : base(groups, learningRate, beta1, beta2, epsilon, weightDecay, slotNames, decoupled: true) { }
}
