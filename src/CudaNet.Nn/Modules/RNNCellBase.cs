using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>What the cells share: weights and checks. Names are PyTorch's: <c>weight_ih</c>, <c>weight_hh</c>, <c>bias_ih</c>, <c>bias_hh</c>, all of which start
/// uniform within ±1/√hidden.</summary>
public abstract class RNNCellBase : Module
{
    private protected RNNCellBase(int gates, long inputSize, long hiddenSize, bool bias, RandomStream? random, DType type)
    {
        Sizes.Positive(inputSize, GetType().Name, nameof(inputSize));
        Sizes.Positive(hiddenSize, GetType().Name, nameof(hiddenSize));
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        var bound = 1 / Math.Sqrt(hiddenSize);
        Parameter Fresh(params long[] shape) => new(Init.Uniform(shape, random, -bound, bound, type));
        Weights = new(Fresh(gates * hiddenSize, inputSize), Fresh(gates * hiddenSize, hiddenSize), bias ? Fresh(gates * hiddenSize) : null, bias ? Fresh(gates * hiddenSize) : null, null);
    }

    /// <summary>Values of the input.</summary>
    public long InputSize { get; }

    /// <summary>Units.</summary>
    public long HiddenSize { get; }

    /// <summary>[gates · hidden, input].</summary>
    public Parameter WeightIh => Weights.Input;

    /// <summary>[gates · hidden, hidden].</summary>
    public Parameter WeightHh => Weights.Hidden;

    /// <summary>[gates · hidden]; null for none.</summary>
    public Parameter? BiasIh => Weights.InputBias;

    /// <summary>[gates · hidden]; null for none.</summary>
    public Parameter? BiasHh => Weights.HiddenBias;

    private protected RNNWeights Weights { get; }

    /// <inheritdoc/>
    protected internal override IEnumerable<(string Name, object Value)> Members()
    {
        yield return ("weight_ih", WeightIh);
        yield return ("weight_hh", WeightHh);
        if (BiasIh is not null) yield return ("bias_ih", BiasIh);
        if (BiasHh is not null) yield return ("bias_hh", BiasHh);
    }

    /// <summary>Brings the input and a state to [batch, …], zeros for a state that is missing.</summary>
    private protected (Tensor X, Tensor State) Prepare(Tensor x, Tensor? state, string kind = "hidden")
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank is not (1 or 2) || x.Shape[^1] != InputSize)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must be [batch, {InputSize}], or [{InputSize}] for one.");
        var expected = x.Shape.With(x.Rank - 1, HiddenSize);
        if (state is not null && state.Shape != expected) throw new ShapeException($"{this}: the {kind} state is {state.Shape}; for the input {x.Shape} it must be {expected}.");
        state ??= Tensor.Zeros(expected, x.DType.IsFloating() ? x.DType : DType.Float32, x.Device);
        return x.Rank == 1 ? (x.Unsqueeze(0), state.Unsqueeze(0)) : (x, state);
    }

    /// <summary>The part of the gates that comes from the input, as a sequence of one step.</summary>
    private protected Tensor Projected(Tensor x, Tensor? bias) => Linear.Apply(x, WeightIh, bias).Unsqueeze(0);

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({InputSize}, {HiddenSize})";
}
