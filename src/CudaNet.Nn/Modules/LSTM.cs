namespace CudaNet.Nn;

/// <summary>A long short-term memory: i, f, o = σ(·), g = tanh(·) of xₜ·Wᵢₕᵀ + bᵢₕ + hₜ₋₁·Wₕₕᵀ + bₕₕ, cₜ = f ⊙ cₜ₋₁ + i ⊙ g, hₜ = o ⊙ tanh(cₜ), in layers,
/// in one or both directions.</summary>
/// <remarks>Hochreiter, Schmidhuber 1997; forget gate of Gers, Schmidhuber, Cummins 2000. Weights hold the gates in the order i, f, g, o. Names and initial
/// values as in PyTorch, see <see cref="RNNBase"/>.</remarks>
public sealed class LSTM : RNNBase
{
    /// <summary>A network with fresh weights.</summary>
    /// <param name="inputSize">Values of a step's input.</param>
    /// <param name="hiddenSize">Units.</param>
    /// <param name="layers">Layers upon each other.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="batchFirst">True for sequences [batch, time, input].</param>
    /// <param name="dropout">Probability of dropout behind each layer but the last.</param>
    /// <param name="bidirectional">True for a second network from the end.</param>
    /// <param name="projectionSize">h is projected to so many values: h = (o ⊙ tanh c)·Wₕᵣᵀ (Sak and others 2014); 0 for none. Runs step by step.</param>
    /// <param name="forgetBias">What the forget gate's two biases add up to at first: 1 lets it remember from the start (Gers, Schmidhuber, Cummins 2000;
    /// Jozefowicz, Zaremba, Sutskever 2015). Null leaves them as in PyTorch.</param>
    /// <param name="random">Where weights and dropout come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public LSTM(long inputSize, long hiddenSize, int layers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, long projectionSize = 0,
        double? forgetBias = null, RandomStream? random = null, DType type = DType.Float32)
        : base(4, inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, projectionSize, random, type)
    {
        if (forgetBias is not { } value || !bias) return;
        for (var k = 0; k < layers * Directions; k++)
        {
            var (_, _, inputBias, hiddenBias, _) = Weights(k / Directions, k % Directions == 1);
            foreach (var (slot, start) in new[] { (inputBias!, value), (hiddenBias!, 0.0) })
            {
                var parts = slot.Value.Chunk(4);
                slot.Assign(Tensor.Concat(parts[0], Tensor.Full(parts[1].Shape, start, type, slot.Device), parts[2], parts[3]));
            }
        }
    }

    private protected override bool HasCell => true;

    /// <summary>Sequences [time, batch, input] to the hidden states of the last layer, [time, batch, directions · output].</summary>
    /// <exception cref="ShapeException">The input does not fit.</exception>
    public override Tensor Forward(Tensor x) => Forward(x, null).Output;

    /// <summary>The hidden states of all steps, and the last states.</summary>
    /// <param name="x">[time, batch, input], [batch, time, input] if batch first, or one sequence [time, input].</param>
    /// <param name="state">Before the first step: h [layers · directions, batch, output] and c [layers · directions, batch, hidden]; null for zeros.</param>
    /// <param name="lengths">Steps of each sequence, integers [batch]: outputs behind are 0 and the last state is that of the true end. Null for all.</param>
    /// <returns>Outputs of the last layer, and the last state of each layer and direction.</returns>
    /// <exception cref="ShapeException">Shapes do not fit, or the length is 0.</exception>
    public (Tensor Output, LSTMState State) Forward(Tensor x, LSTMState? state, Tensor? lengths = null)
    {
        var (output, hidden, cell) = RunAll(x, state?.Hidden, state?.Cell, lengths);
        return (output, new(hidden, cell!));
    }

    /// <summary>The same for sequences of different lengths.</summary>
    /// <param name="x">Sequences of steps [input].</param>
    /// <param name="state">As above, in the order of the sequences.</param>
    public (PackedSequence Output, LSTMState State) Forward(PackedSequence x, LSTMState? state = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        var (output, hidden, cell) = RunAll(x.PaddedFor(BatchFirst), state?.Hidden, state?.Cell, x.LengthsTensor);
        return (x.With(output, BatchFirst), new(hidden, cell!));
    }

    private protected override (Tensor Output, Tensor? Cell) Run(RNNWeights weights, Tensor x, Tensor hidden, Tensor? cell, Tensor? lengths, bool reverse)
    {
        var gates = Projected(weights, x, weights.Bias);
        if (weights.Projection is null)
        {
            var states = Tensor.LstmSequence(gates, hidden, cell!, weights.Hidden, lengths, reverse);
            return (states.Select(0, 0), states.Select(0, 1).Select(0, reverse ? 0 : x.Shape[0] - 1));
        }
        return Unrolled(x.Shape[0], hidden, cell, lengths, reverse, (t, h, c) =>
        {
            var a = (gates.Select(0, t) + h.MatMul(weights.Hidden.Value.T)).Chunk(4, 1);
            var next = a[1].Sigmoid() * c! + a[0].Sigmoid() * a[2].Tanh();
            return ((a[3].Sigmoid() * next.Tanh()).MatMul(weights.Projection.Value.T), next);
        });
    }
}
