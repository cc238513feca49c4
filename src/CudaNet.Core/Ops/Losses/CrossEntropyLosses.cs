using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>Cross entropy of each row from class numbers: (1 − s)·w[t]·(−log pₜ) + s/C·Σ_c w[c]·(−log p_c) with p = softmax of
/// the row, t its class, s the label smoothing, w the weights of the classes (1 if missing); 0 for a row of the ignored class.
/// Inputs: logits [n, classes], targets [n] of an integer type, then weights [classes], which may be missing.</summary>
/// <remarks>Half types compute in Float32. The gradient by the logits is one op, <see cref="CrossEntropyGrad"/>.</remarks>
public sealed record CrossEntropyLosses(long? IgnoreIndex, double LabelSmoothing) : Composite<CrossEntropyLosses>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "CrossEntropyLosses",
        Formula = "−log softmax(x)[t] a row",
        ToleranceScale = 4, // exp, a sum and log
        Samples = MakeSamples((x, smoothing, ignore) => new CrossEntropyLosses(ignore, smoothing).Apply([.. x])),
        Refusals =
        [
            new("a class out of range", () => new CrossEntropyLosses(null, 0).Apply(Tensor.Zeros([2, 3]), Tensor.From(0L, 3L)), "3"),
            new("a negative class", () => new CrossEntropyLosses(null, 0).Apply(Tensor.Zeros([2, 3]), Tensor.From(0L, -100L)), "-100"),
            new("rows that differ", () => new CrossEntropyLosses(null, 0).Apply(Tensor.Zeros([2, 3]), Tensor.From(0L)), @"\[2, 3\].*\[1\]"),
            new("floating targets", () => new CrossEntropyLosses(null, 0).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2])), "integer"),
        ],
    };

    /// <inheritdoc/>
    public override Precision Precision => Precision.Full;

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        Check(Name, inputs);
        return new([inputs[0].Shape[0]], inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var logits = inputs[0].Widened();
        var rows = CrossEntropyRows.Of(inputs, IgnoreIndex);
        var log = logits.LogSoftmax(1);
        var losses = -(log.Gather(rows.Column, 1).Reshape(inputs[1].Shape) * rows.Weight);
        if (LabelSmoothing > 0)
        {
            var all = (inputs.Count > 2 ? log * inputs[2].Widened() : log).Sum(1);
            losses = losses * (1 - LabelSmoothing) - all * (LabelSmoothing / logits.Shape[1]);
        }
        return rows.Masked(losses).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
    {
        // Weights are rarely trained: their gradient may take the long way.
        if (context.Inputs.Count > 2 && context.Needs[2]) return DecomposedVjp(context);
        var gradient = new CrossEntropyGrad(IgnoreIndex, LabelSmoothing).Apply([context.Inputs[0], context.Inputs[1], context.Upstream, .. context.Inputs.Skip(2)]);
        return [gradient, null, null];
    }

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        if (!batched[0] || !batched[1] || (inputs.Count > 2 && batched[2])) return Composites.Vmap(this, inputs, batched);
        var (batch, rows) = (inputs[0].Shape[0], inputs[0].Shape[1]);
        var losses = Apply([inputs[0].Reshape([batch * rows, inputs[0].Shape[2]]), inputs[1].Reshape([batch * rows]), .. inputs.Skip(2)]);
        return losses.Reshape([batch, rows]);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 4 * inputs[0].Shape.ElementCount;

    /// <summary>The error of a class that is not one of its row's, the same from every backend.</summary>
    internal static IndexValueException ClassOutOfRange(long target, long row, long classes) => new(
        $"CrossEntropy: row {row} has class {target}, but there are {classes} classes: numbers go from 0 to {classes - 1}. Name a number that marks rows to skip as ignoreIndex.");

    internal static void Check(string name, ReadOnlySpan<TensorType> inputs)
    {
        if (!inputs[1].DType.IsInteger())
            throw new DTypeException($"{name}: targets are {inputs[1].DType.ShortName()}; class numbers have an integer type. Use .To(DType.Int64).");
        if (inputs[0].Shape.Rank != 2 || inputs[1].Shape.Rank != 1 || inputs[0].Shape[0] != inputs[1].Shape[0])
            throw new ShapeException($"{name}: logits {inputs[0].Shape} and targets {inputs[1].Shape} are not [n, classes] and [n].");
    }

    internal static IReadOnlyList<Sample> MakeSamples(Func<IReadOnlyList<Tensor>, double, long?, Tensor> apply, bool upstream = false)
    {
        var list = new List<Sample>();
        void Add(string name, long rows, long classes, double smoothing = 0, long? ignore = null, bool weights = false, SampleView view = SampleView.Contiguous, DType type = DType.Int64, Domain? domain = null)
        {
            var inputs = new List<SampleInput> { new([rows, classes], domain ?? Domain.Any, view), new([rows], Domain.Integers(0, classes - 1), Type: type) };
            if (upstream) inputs.Add(new([rows], Domain.Any));
            if (weights) inputs.Add(new([classes], Domain.Positive));
            list.Add(new(name, inputs, x => apply(x, smoothing, ignore)) { SumLength = classes, Differentiable = domain is null });
        }

        Add("ten classes", 7, 10);
        Add("many rows", 131, 10);
        Add("one class", 3, 1);
        Add("one row", 1, 5);
        Add("no rows", 0, 4);
        Add("many classes", 3, 1037);
        Add("weights", 6, 5, weights: true);
        Add("smoothing", 6, 5, smoothing: 0.1);
        Add("smoothing and weights", 6, 5, smoothing: 0.2, weights: true);
        Add("an ignored class", 9, 3, ignore: 1);
        Add("all of it", 9, 3, smoothing: 0.1, ignore: 0, weights: true);
        Add("everything ignored", 3, 1, ignore: 0);
        Add("transposed", 4, 5, view: SampleView.Transposed);
        Add("strided", 4, 5, view: SampleView.Strided);
        Add("Int32 targets", 5, 4, type: DType.Int32);
        Add("UInt8 targets", 5, 4, type: DType.UInt8);
        Add("large logits", 5, 4, domain: new(-3e4, 3e4));
        return list;
    }
}

/// <summary>What the rows' classes say: whether a row counts, and with which weight.</summary>
/// <param name="Valid">False where the class is the ignored one; null if none is ignored.</param>
/// <param name="Column">Class numbers [n, 1], with a valid number in ignored rows.</param>
/// <param name="Weight">Weight of each row's class, or 1.</param>
internal readonly record struct CrossEntropyRows(Tensor? Valid, Tensor Column, Tensor Weight)
{
    /// <param name="inputs">Of the op.</param>
    /// <param name="ignore">The class that does not count.</param>
    /// <param name="weights">Which input has the weights, if it is there.</param>
    /// <param name="refuses">Take a weight of 1 by class as well, so that a class out of range is refused; where the logits are
    /// gathered by class that is done anyhow.</param>
    public static CrossEntropyRows Of(IReadOnlyList<Tensor> inputs, long? ignore, int weights = 2, bool refuses = false)
    {
        var target = inputs[1].To(DType.Int64);
        var valid = ignore is { } ignored ? target.Ne(ignored) : null;
        if (valid is not null) target = valid.Where(target, 0);
        var weight = inputs.Count > weights
            ? inputs[weights].Widened().Gather(target, 0)
            : refuses ? Tensor.Ones([inputs[0].Shape[1]], inputs[0].Widened().DType, inputs[0].Device).Gather(target, 0)
            : Tensor.Ones(target.Shape, inputs[0].Widened().DType, inputs[0].Device);
        return new(valid, target.Reshape([target.Shape[0], 1]), weight);
    }

    public Tensor Masked(Tensor rows) => Valid is null ? rows : (rows.Rank == 1 ? Valid : Valid.Reshape([Valid.Shape[0], 1])).Where(rows, 0);
}
