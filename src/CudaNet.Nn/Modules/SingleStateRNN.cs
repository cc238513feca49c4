namespace CudaNet.Nn;

/// <summary>A recurrent network that carries nothing but its hidden state from step to step: <see cref="RNN"/> and <see cref="GRU"/>.</summary>
public abstract class SingleStateRNN : RNNBase
{
    private protected SingleStateRNN(int gates, long inputSize, long hiddenSize, int layers, bool bias, bool batchFirst, double dropout, bool bidirectional, RandomStream? random, DType type)
        : base(gates, inputSize, hiddenSize, layers, bias, batchFirst, dropout, bidirectional, 0, random, type) { }

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
}
