namespace CudaNet.Nn;

/// <summary>A plain recurrent network: hₜ = f(xₜ·Wᵢₕᵀ + bᵢₕ + hₜ₋₁·Wₕₕᵀ + bₕₕ), in layers, in one or both directions.</summary>
/// <remarks>Elman 1990. Names and initial values as in PyTorch, see <see cref="RNNBase"/>.</remarks>
public sealed class RNN : RNNBase
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
        : base(1, inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, 0, random, type) => Nonlinearity = nonlinearity;

    /// <summary>f.</summary>
    public RecurrentNonlinearity Nonlinearity { get; }

    /// <summary>Sequences [time, batch, input] to the hidden states of the last layer, [time, batch, directions · hidden].</summary>
    /// <exception cref="ShapeException">The input does not fit.</exception>
    public override Tensor Forward(Tensor x) => Forward(x, null).Output;

    /// <summary>The states of all steps, and the last ones.</summary>
    /// <param name="x">[time, batch, input], [batch, time, input] if batch first, or one sequence [time, input].</param>
    /// <param name="hidden">State before the first step, [layers · directions, batch, hidden]; null for zeros.</param>
    /// <param name="lengths">Steps of each sequence, integers [batch]: outputs behind are 0 and the last state is that of the true end. Null for all.</param>
    /// <returns>Outputs of the last layer, and the last state of each layer and direction.</returns>
    /// <exception cref="ShapeException">Shapes do not fit, or the length is 0.</exception>
    public (Tensor Output, Tensor Hidden) Forward(Tensor x, Tensor? hidden, Tensor? lengths = null)
    {
        var (output, last, _) = RunAll(x, hidden, null, lengths);
        return (output, last);
    }

    /// <summary>The same for sequences of different lengths.</summary>
    /// <param name="x">Sequences of steps [input].</param>
    /// <param name="hidden">As above, in the order of the sequences.</param>
    public (PackedSequence Output, Tensor Hidden) Forward(PackedSequence x, Tensor? hidden = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        var (output, last, _) = RunAll(x.PaddedFor(BatchFirst), hidden, null, x.LengthsTensor);
        return (x.With(output, BatchFirst), last);
    }

    private protected override (Tensor Output, Tensor? Cell) Run(RNNWeights weights, Tensor x, Tensor hidden, Tensor? cell, Tensor? lengths, bool reverse) =>
        (Tensor.RnnSequence(Projected(weights, x, weights.Bias), hidden, weights.Hidden, lengths, reverse, Nonlinearity), null);
}
