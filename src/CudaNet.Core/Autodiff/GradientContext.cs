namespace CudaNet.Autodiff;

/// <summary>What a gradient rule is given.</summary>
/// <param name="Inputs">The op's inputs.</param>
/// <param name="Output">Its result, for rules that are cheaper in terms of it (exp, tanh, softmax).</param>
/// <param name="Upstream">Gradient with respect to the result; of its shape and type.</param>
public sealed record GradientContext(IReadOnlyList<Tensor> Inputs, Tensor Output, Tensor Upstream)
{
    /// <summary>Which inputs a gradient is wanted for; a rule may return null for the others.</summary>
    public required IReadOnlyList<bool> Needs { get; init; }
}
