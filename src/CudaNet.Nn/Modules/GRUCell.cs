namespace CudaNet.Nn;

/// <summary>One step of a gated recurrent unit: r, z = σ(x·Wᵢₕᵀ + bᵢₕ + h·Wₕₕᵀ + bₕₕ), n = tanh(x·Wᵢₙᵀ + bᵢₙ + r ⊙ (h·Wₕₙᵀ + bₕₙ)), h' = (1 − z) ⊙ n + z ⊙ h.</summary>
/// <remarks>Cho and others 2014. Weights hold the gates in the order r, z, n. Names and initial values as in PyTorch, see <see cref="RNNCellBase"/>.</remarks>
public sealed class GRUCell : RNNCellBase
{
    /// <summary>A cell with fresh weights.</summary>
    /// <param name="inputSize">Values of the input.</param>
    /// <param name="hiddenSize">Units.</param>
    /// <param name="bias">False for none.</param>
    /// <param name="random">Where the weights come from; the default stream if null.</param>
    /// <param name="type">Element type of the weights.</param>
    public GRUCell(long inputSize, long hiddenSize, bool bias = true, RandomStream? random = null, DType type = DType.Float32)
        : base(3, inputSize, hiddenSize, bias, random, type) { }

    /// <summary>h after a first step.</summary>
    public override Tensor Forward(Tensor x) => Forward(x, null);

    /// <summary>The next state.</summary>
    /// <param name="x">[batch, input], or [input].</param>
    /// <param name="hidden">[batch, hidden], or [hidden]; null for zeros.</param>
    /// <exception cref="ShapeException">Shapes do not fit.</exception>
    public Tensor Forward(Tensor x, Tensor? hidden) => Step(x, hidden).Hidden;

    /// <summary>The next state with the gates that led to it.</summary>
    /// <inheritdoc cref="Forward(Tensor, Tensor?)"/>
    public GRUStep Step(Tensor x, Tensor? hidden = null)
    {
        var (rows, h) = Prepare(x, hidden);
        var (bias, inner) = Biases(Weights, HiddenSize);
        var states = Tensor.GruSequence(Projected(rows, bias), h, WeightHh, inner);
        // h, r, z, n.
        Tensor Of(int k) => x.Rank == 1 ? states.Select(0, k).Select(0, 0).Squeeze(0) : states.Select(0, k).Select(0, 0);
        return new(Of(0), Of(1), Of(2), Of(3));
    }

    /// <summary>The biases as the op takes them: all that are outside of the reset gate [3 · hidden], and bₕₙ [hidden], which is inside.</summary>
    internal static (Tensor? Outside, Tensor Inside) Biases(RNNWeights weights, long hidden)
    {
        if (weights.InputBias is null) return (null, Tensor.Zeros([hidden], weights.Hidden.DType, weights.Hidden.Device));
        var inside = weights.HiddenBias!.Value.Narrow(0, 2 * hidden, hidden);
        return (weights.InputBias.Value + Tensor.Concat(weights.HiddenBias.Value.Narrow(0, 0, 2 * hidden), inside.ZerosLike()), inside);
    }

    /// <summary>A step with the reset gate before the product: n = tanh(aₙ + (r ⊙ h)·Wₕₙᵀ).</summary>
    /// <param name="given">What comes from outside, all biases included, [batch, 3 · hidden].</param>
    /// <param name="h">[batch, hidden].</param>
    /// <param name="weight">[3 · hidden, hidden].</param>
    public static Tensor ResetBefore(Tensor given, Tensor h, Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(h);
        ArgumentNullException.ThrowIfNull(weight);
        var units = h.Shape[^1];
        if (given.Rank != 2 || h.Rank != 2 || given.Shape != new Shape(h.Shape[0], 3 * units) || weight.Shape != new Shape(3 * units, units))
            throw new ShapeException($"GRUCell: given {given.Shape}, state {h.Shape} and weight {weight.Shape} must be [batch, 3 · hidden], [batch, hidden] and [3 · hidden, hidden].");
        var both = (given.Narrow(1, 0, 2 * units) + h.MatMul(weight.Narrow(0, 0, 2 * units).T)).Sigmoid().Chunk(2, 1);
        var candidate = (given.Narrow(1, 2 * units, units) + (both[0] * h).MatMul(weight.Narrow(0, 2 * units, units).T)).Tanh();
        return (1 - both[1]) * candidate + both[1] * h;
    }
}
