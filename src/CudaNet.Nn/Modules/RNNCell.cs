namespace CudaNet.Nn;

/// <summary>One step of a plain recurrent network: h' = f(x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ).</summary>
/// <remarks>Elman 1990. Names and initial values as in PyTorch, see <see cref="RNNCellBase"/>.</remarks>
public sealed class RNNCell : RNNCellBase
{
    /// <summary>A cell with fresh weights.</summary>
    /// <param name="inputSize">Values of the input.</param>
    /// <param name="hiddenSize">Units.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="nonlinearity">f.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public RNNCell(long inputSize, long hiddenSize, bool bias = true, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh, RandomStream? random = null, DType type = DType.Float32)
        : base(1, inputSize, hiddenSize, bias, random, type) => Nonlinearity = nonlinearity;

    /// <summary>f.</summary>
    public RecurrentNonlinearity Nonlinearity { get; }

    /// <summary>The state after a first step.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>The next state.</summary>
    /// <param name="x">[batch, input], or [input].</param>
    /// <param name="hidden">[batch, hidden], or [hidden]; null for zeros.</param>
    /// <exception cref="ShapeException">Shapes do not fit.</exception>
    public Tensor Forward(Tensor x, Tensor? hidden)
    {
        var (rows, h) = Prepare(x, hidden);
        var next = Tensor.RnnSequence(Projected(rows, Weights.Bias), h, WeightHh, nonlinearity: Nonlinearity).Select(0, 0);
        return x.Rank == 1 ? next.Squeeze(0) : next;
    }
}
