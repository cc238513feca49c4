using System.Globalization;
using CudaNet.Nn.Initializers;

namespace CudaNet.Nn;

/// <summary>What <see cref="RNN"/>, <see cref="LSTM"/> and <see cref="GRU"/> share: layers, directions, variable lengths.</summary>
/// <remarks><para>Names are PyTorch's: <c>weight_ih_l0</c> [gates · hidden, input], <c>weight_hh_l0</c> [gates · hidden, hidden],
/// <c>bias_ih_l0</c> and <c>bias_hh_l0</c> [gates · hidden], with <c>_reverse</c> behind them for the direction from the end, and <c>weight_hr_l0</c> for a
/// projection. All start uniform within ±1/√hidden.</para>
/// <para>The inputs of all steps are multiplied at once; then one op runs the steps (<see cref="Tensor.LstmSequence"/> and its like).</para></remarks>
public abstract class RNNBase : Module
{
    private readonly RNNWeights[] _weights;
    private readonly RandomStream _random;

    private protected RNNBase(int gates, long inputSize, long hiddenSize, int layers, bool bias, bool batchFirst, double dropout, bool bidirectional, long projectionSize, RandomStream? random, DType type)
    {
        Sizes.Positive(inputSize, GetType().Name, nameof(inputSize));
        Sizes.Positive(hiddenSize, GetType().Name, nameof(hiddenSize));
        Sizes.Positive(layers, GetType().Name, nameof(layers));
        if (projectionSize < 0 || projectionSize >= hiddenSize)
            throw new ShapeException($"{GetType().Name}: projectionSize is {projectionSize}. It must be less than hiddenSize, {hiddenSize}; 0 is none.");
        if (!(dropout >= 0 && dropout <= 1)) throw new ArgumentOutOfRangeException(nameof(dropout), dropout, $"{GetType().Name}: dropout is {dropout}. Give a probability from 0 to 1.");
        (InputSize, HiddenSize, Layers, BatchFirst, DropoutProbability, IsBidirectional, ProjectionSize) = (inputSize, hiddenSize, layers, batchFirst, dropout, bidirectional, projectionSize);
        (Gates, _random) = (gates, random ?? RandomStream.Default);
        var bound = 1 / Math.Sqrt(hiddenSize);
        Parameter Fresh(params long[] shape) => new(Init.Uniform(shape, random, -bound, bound, type));
        _weights = new RNNWeights[layers * Directions];
        for (var k = 0; k < _weights.Length; k++)
        {
            var width = k < Directions ? inputSize : OutputSize * Directions;
            _weights[k] = new(Fresh(gates * hiddenSize, width), Fresh(gates * hiddenSize, OutputSize), bias ? Fresh(gates * hiddenSize) : null, bias ? Fresh(gates * hiddenSize) : null,
                projectionSize > 0 ? Fresh(projectionSize, hiddenSize) : null);
        }
    }

    /// <summary>Values of a step's input.</summary>
    public long InputSize { get; }

    /// <summary>Units.</summary>
    public long HiddenSize { get; }

    /// <summary>Layers upon each other.</summary>
    public int Layers { get; }

    /// <summary>True when sequences are [batch, time, …] instead of [time, batch, …]. States are [layers · directions, batch, …] in any case.</summary>
    public bool BatchFirst { get; }

    /// <summary>Probability of dropout behind each layer but the last, in training.</summary>
    public double DropoutProbability { get; }

    /// <summary>True when a second network runs from the end.</summary>
    public bool IsBidirectional { get; }

    /// <summary>Values that the hidden state is projected to; 0 for none.</summary>
    public long ProjectionSize { get; }

    /// <summary>2 if bidirectional, else 1.</summary>
    public int Directions => IsBidirectional ? 2 : 1;

    /// <summary>Values of a hidden state of one direction.</summary>
    public long OutputSize => ProjectionSize > 0 ? ProjectionSize : HiddenSize;

    private protected int Gates { get; }

    private protected virtual bool HasCell => false;

    /// <summary>The weights of a layer and direction.</summary>
    private protected RNNWeights Weights(int layer, bool reverse = false) => _weights[layer * Directions + (reverse ? 1 : 0)];

    /// <inheritdoc/>
    protected internal override IEnumerable<(string Name, object Value)> Members()
    {
        for (var k = 0; k < _weights.Length; k++)
        {
            var suffix = "_l" + (k / Directions).ToString(CultureInfo.InvariantCulture) + (k % Directions == 1 ? "_reverse" : "");
            var (input, hidden, inputBias, hiddenBias, projection) = _weights[k];
            yield return ("weight_ih" + suffix, input);
            yield return ("weight_hh" + suffix, hidden);
            if (inputBias is not null) yield return ("bias_ih" + suffix, inputBias);
            if (hiddenBias is not null) yield return ("bias_hh" + suffix, hiddenBias);
            if (projection is not null) yield return ("weight_hr" + suffix, projection);
        }
        if (DropoutProbability > 0) yield return ("random", _random);
    }

    /// <summary>One layer in one direction over [time, batch, input].</summary>
    /// <returns>The hidden state of each step, and the last cell state where there is one.</returns>
    private protected abstract (Tensor Output, Tensor? Cell) Run(RNNWeights weights, Tensor x, Tensor hidden, Tensor? cell, Tensor? lengths, bool reverse);

    /// <summary>All layers and directions.</summary>
    /// <param name="x">[time, batch, input], [batch, time, input] if <see cref="BatchFirst"/>, or one sequence [time, input].</param>
    /// <param name="hidden">[layers · directions, batch, output]; null for zeros.</param>
    /// <param name="cell">[layers · directions, batch, hidden]; null for zeros.</param>
    /// <param name="lengths">Steps of each sequence, integers [batch]; null for all.</param>
    private protected (Tensor Output, Tensor Hidden, Tensor? Cell) RunAll(Tensor x, Tensor? hidden, Tensor? cell, Tensor? lengths)
    {
        ArgumentNullException.ThrowIfNull(x);
        var single = x.Rank == 2;
        if (x.Rank is not (2 or 3) || x.Shape[^1] != InputSize)
            throw new ShapeException($"{this}: the input is {x.Shape}, but must be {(BatchFirst ? "[batch, time, " : "[time, batch, ")}{InputSize}], or [time, {InputSize}] for one sequence.");
        var sequence = single ? x.Unsqueeze(1) : BatchFirst ? x.Permute(1, 0, 2) : x;
        var (steps, batch) = (sequence.Shape[0], sequence.Shape[1]);
        if (steps == 0) throw new ShapeException($"{this}: the input is {x.Shape}: a sequence of length 0. Give one step at least.");
        if (lengths is not null && (!lengths.DType.IsInteger() || lengths.Shape != new Shape(batch)))
            throw new ShapeException($"{this}: lengths are {lengths.DType.ShortName()}{lengths.Shape}; for the input {x.Shape} they must be integers [{batch}].");
        hidden = State(hidden, "hidden", OutputSize, batch, single, sequence.DType);
        if (HasCell) cell = State(cell, "cell", HiddenSize, batch, single, sequence.DType);

        var within = lengths is null ? null : (Tensor.Arange(0, steps, 1, DType.Int64, x.Device).Reshape([steps, 1, 1]) < lengths.Reshape([1, batch, 1]));
        List<Tensor> lastHidden = [], lastCells = [];
        for (var layer = 0; layer < Layers; layer++)
        {
            if (layer > 0 && DropoutProbability > 0 && IsTraining) sequence = sequence.Dropout(DropoutProbability, _random);
            var outputs = new Tensor[Directions];
            for (var d = 0; d < Directions; d++)
            {
                var k = layer * Directions + d;
                var (output, lastCell) = Run(_weights[k], sequence, hidden.Select(0, k), cell?.Select(0, k), lengths, d == 1);
                outputs[d] = within is null ? output : within.Where(output, 0);
                // Behind the end of a sequence the state stays as it is, so the last step has it.
                lastHidden.Add(output.Select(0, d == 1 ? 0 : steps - 1));
                if (lastCell is not null) lastCells.Add(lastCell);
            }
            sequence = Directions == 1 ? outputs[0] : Tensor.Concat(outputs, 2);
        }
        var result = single ? sequence.Squeeze(1) : BatchFirst ? sequence.Permute(1, 0, 2) : sequence;
        Tensor Last(List<Tensor> states) => single ? Tensor.Stack([.. states]).Squeeze(1) : Tensor.Stack([.. states]);
        return (result, Last(lastHidden), HasCell ? Last(lastCells) : null);
    }

    /// <summary>The part of the gates that comes from the inputs, of all steps at once: [time, batch, gates · hidden].</summary>
    /// <param name="weights">Of a layer and direction.</param>
    /// <param name="x">[time, batch, input].</param>
    /// <param name="bias">[gates · hidden]; null for none.</param>
    private protected static Tensor Projected(RNNWeights weights, Tensor x, Tensor? bias)
    {
        var rows = Linear.Apply(x.Reshape([x.Shape[0] * x.Shape[1], x.Shape[2]]), weights.Input, bias);
        return rows.Reshape([x.Shape[0], x.Shape[1], rows.Shape[1]]);
    }

    /// <summary>The step op by op, for variants without an op of their own.</summary>
    /// <param name="steps">Number of steps.</param>
    /// <param name="hidden">[batch, output].</param>
    /// <param name="cell">[batch, hidden], or null.</param>
    /// <param name="lengths">Steps of each sequence; null for all.</param>
    /// <param name="reverse">From the end.</param>
    /// <param name="step">From time, hidden and cell state to the next ones.</param>
    private protected static (Tensor Output, Tensor? Cell) Unrolled(long steps, Tensor hidden, Tensor? cell, Tensor? lengths, bool reverse, Func<int, Tensor, Tensor?, (Tensor Hidden, Tensor? Cell)> step)
    {
        var states = new Tensor[steps];
        for (var s = 0; s < steps; s++)
        {
            var t = reverse ? (int)steps - 1 - s : s;
            var (nextHidden, nextCell) = step(t, hidden, cell);
            if (lengths is not null)
            {
                var within = (lengths > t).Unsqueeze(1);
                nextHidden = within.Where(nextHidden, hidden);
                if (cell is not null) nextCell = within.Where(nextCell!, cell);
            }
            states[t] = hidden = nextHidden;
            cell = nextCell;
        }
        return (Tensor.Stack(states), cell);
    }

    private Tensor State(Tensor? given, string kind, long size, long batch, bool single, DType type)
    {
        Shape full = [Layers * Directions, batch, size], expected = single ? [Layers * Directions, size] : full;
        if (given is null) return Tensor.Zeros(full, type.IsFloating() ? type : DType.Float32, _weights[0].Hidden.Device);
        return given.Shape == expected ? given.Reshape(full)
            : throw new ShapeException($"{this}: the {kind} state is {given.Shape}, but must be {expected}: [layers · directions, {(single ? "" : "batch, ")}{size}].");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{GetType().Name}({InputSize}, {HiddenSize}{(Layers > 1 ? $", {Layers} layers" : "")}{(IsBidirectional ? ", bidirectional" : "")}{(ProjectionSize > 0 ? $", projected to {ProjectionSize}" : "")})";
}
