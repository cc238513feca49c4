namespace CudaNet.Nn;

/// <summary>One step of a long short-term memory: i, f, o = σ(·), g = tanh(·) of x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ, c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c').</summary>
/// <remarks>Hochreiter, Schmidhuber 1997. Weights hold the gates in the order i, f, g, o. Names and initial values as in PyTorch, see <see cref="RNNCellBase"/>.</remarks>
public sealed class LSTMCell : RNNCellBase
{
    /// <summary>A cell with fresh weights.</summary>
    /// <param name="inputSize">Values of the input.</param>
    /// <param name="hiddenSize">Units.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public LSTMCell(long inputSize, long hiddenSize, bool bias = true, RandomStream? random = null, DType type = DType.Float32)
        : base(4, inputSize, hiddenSize, bias, random, type) { }

    /// <summary>h after a first step.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, null).Hidden;

    /// <summary>The next state.</summary>
    /// <param name="x">[batch, input], or [input].</param>
    /// <param name="state">h and c, [batch, hidden] or [hidden]; null for zeros.</param>
    /// <exception cref="ShapeException">Shapes do not fit.</exception>
    public LSTMState Forward(Tensor x, LSTMState? state) => Step(x, state).State;

    /// <summary>The next state with the gates that led to it.</summary>
    /// <inheritdoc cref="Forward(Tensor, LSTMState?)"/>
    public LSTMStep Step(Tensor x, LSTMState? state = null)
    {
        var (rows, h) = Prepare(x, state?.Hidden);
        var (_, c) = Prepare(x, state?.Cell, "cell");
        var states = Tensor.LstmSequence(Projected(rows, Weights.Bias), h, c, WeightHh);
        // h, c, i, f, g, o.
        Tensor Of(int k) => x.Rank == 1 ? states.Select(0, k).Select(0, 0).Squeeze(0) : states.Select(0, k).Select(0, 0);
        return new(new(Of(0), Of(1)), Of(2), Of(3), Of(4), Of(5));
    }
}
