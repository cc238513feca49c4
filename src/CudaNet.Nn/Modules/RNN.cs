namespace CudaNet.Nn;

/// <summary>A plain recurrent network: hₜ = f(xₜ·Wᵢₕᵀ + bᵢₕ + hₜ₋₁·Wₕₕᵀ + bₕₕ), in layers, in one or both directions.</summary>
/// <remarks>Elman 1990. Names and initial values as in PyTorch, see <see cref="RNNBase"/>.</remarks>
public sealed class RNN : SingleStateRNN
{
    /// <summary>A network with fresh weights.</summary>
    /// <param name="inputSize">Values of a step's input.</param>
    /// <param name="hiddenSize">Units.</param>
    /// <param name="layers">Layers upon each other.</param>
    /// <param name="nonlinearity">f.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="batchFirst">True for sequences [batch, time, input].</param>
    /// <param name="dropout">Probability of dropout behind each layer but the last.</param>
    /// <param name="bidirectional">True for a second network from the end.</param>
    /// <param name="random">Where weights and dropout come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public RNN(long inputSize, long hiddenSize, int layers = 1, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh, bool bias = true, bool batchFirst = false,
        double dropout = 0, bool bidirectional = false, RandomStream? random = null, DType type = DType.Float32)
        : base(1, inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, random, type) => Nonlinearity = nonlinearity;

    /// <summary>f.</summary>
    public RecurrentNonlinearity Nonlinearity { get; }

    private protected override (Tensor Output, Tensor? Cell) Run(RNNWeights weights, Tensor x, Tensor hidden, Tensor? cell, Tensor? lengths, bool reverse) =>
        (Tensor.RnnSequence(Projected(weights, x, weights.Bias), hidden, weights.Hidden, lengths, reverse, Nonlinearity), null);
}
