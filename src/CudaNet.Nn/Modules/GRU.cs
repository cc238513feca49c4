namespace CudaNet.Nn;

/// <summary>A gated recurrent unit: r, z = σ(xₜ·Wᵢₕᵀ + bᵢₕ + hₜ₋₁·Wₕₕᵀ + bₕₕ), n = tanh(xₜ·Wᵢₙᵀ + bᵢₙ + r ⊙ (hₜ₋₁·Wₕₙᵀ + bₕₙ)), hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁, in layers, in one
/// or both directions.</summary>
/// <remarks>Cho and others 2014. Weights hold the gates in the order r, z, n. Names and initial values as in PyTorch, see <see cref="RNNBase"/>. PyTorch and cuDNN put
/// the reset gate behind the product; the paper puts it before, r ⊙ hₜ₋₁ times Wₕₙᵀ: that is an option, which runs step by step.</remarks>
public sealed class GRU : SingleStateRNN
{
    /// <summary>A network with fresh weights.</summary>
    /// <param name="inputSize">Values of a step's input.</param>
    /// <param name="hiddenSize">Units.</param>
    /// <param name="layers">Layers upon each other.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="batchFirst">True for sequences [batch, time, input].</param>
    /// <param name="dropout">Probability of dropout behind each layer but the last.</param>
    /// <param name="bidirectional">True for a second network from the end.</param>
    /// <param name="resetAfter">False for the reset gate before the product.</param>
    /// <param name="random">Where weights and dropout come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public GRU(long inputSize, long hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, bool resetAfter = true,
        RandomStream? random = null, DType type = DType.Float32)
        : base(3, inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, random, type) => ResetAfter = resetAfter;

    /// <summary>True when the reset gate is behind the product, false when it is before.</summary>
    public bool ResetAfter { get; }

    private protected override (Tensor Output, Tensor? Cell) Run(RNNWeights weights, Tensor x, Tensor hidden, Tensor? cell, Tensor? lengths, bool reverse)
    {
        if (ResetAfter)
        {
            var (bias, inner) = GRUCell.Biases(weights, HiddenSize);
            return (Tensor.GruSequence(Projected(weights, x, bias), hidden, weights.Hidden, inner, lengths, reverse).Select(0, 0), null);
        }
        var gates = Projected(weights, x, weights.Bias);
        return Unrolled(x.Shape[0], hidden, null, lengths, reverse, (t, h, _) => (GRUCell.ResetBefore(gates.Select(0, t), h, weights.Hidden), null));
    }
}
