namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="CrossEntropyLosses"/> by the logits in one pass: row i is gᵢ·((1 − s)·w[t]·(p − onehot t) +
/// s/C·(p·Σw − w)), and 0 where the class is ignored. Inputs: logits [n, classes], targets [n], upstream g [n], then weights
/// [classes], which may be missing.</summary>
public sealed record CrossEntropyGrad(long? IgnoreIndex, double LabelSmoothing) : Composite<CrossEntropyGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "CrossEntropyGrad",
        Formula = "g·(softmax(x) − onehot t) a row",
        ToleranceScale = 4, // exp, a sum and a division
        Samples = CrossEntropyLosses.MakeSamples((x, smoothing, ignore) => new CrossEntropyGrad(ignore, smoothing).Apply([.. x]), upstream: true),
        Refusals =
        [
            new("a class out of range", () => new CrossEntropyGrad(null, 0).Apply(Tensor.Zeros([2, 3]), Tensor.From(0L, 3L), Tensor.Ones([2])), "3"),
            new("floating targets", () => new CrossEntropyGrad(null, 0).Apply(Tensor.Zeros([2, 3]), Tensor.Zeros([2]), Tensor.Ones([2])), "integer"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        CrossEntropyLosses.Check(Name, inputs);
        if (inputs[2].Shape != inputs[1].Shape) throw new ShapeException($"{Name}: upstream {inputs[2].Shape} and targets {inputs[1].Shape} differ.");
        return inputs[0];
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var logits = inputs[0].Widened();
        var classes = logits.Shape[1];
        var rows = CrossEntropyRows.Of(inputs, IgnoreIndex, weights: 3, refuses: true);
        var numbers = Tensor.Arange(0, classes, 1, DType.Int64, inputs[0].Device);
        var onehot = rows.Column.Eq(numbers).To(logits.DType);
        var p = logits.Softmax(1);
        var gradient = (p - onehot) * (rows.Weight * (1 - LabelSmoothing)).Reshape([rows.Weight.Shape[0], 1]);
        if (LabelSmoothing > 0)
        {
            var each = inputs.Count > 3 ? p * inputs[3].Widened().Sum() - inputs[3].Widened() : p * (double)classes - 1;
            gradient += each * (LabelSmoothing / classes);
        }
        return rows.Masked(gradient * inputs[2].Widened().Reshape([inputs[2].Shape[0], 1])).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
    {
        if (!batched[0] || !batched[1] || !batched[2] || (inputs.Count > 3 && batched[3])) return Composites.Vmap(this, inputs, batched);
        var (batch, rows, classes) = (inputs[0].Shape[0], inputs[0].Shape[1], inputs[0].Shape[2]);
        return Apply([inputs[0].Reshape([batch * rows, classes]), inputs[1].Reshape([batch * rows]), inputs[2].Reshape([batch * rows]), .. inputs.Skip(3)])
            .Reshape([batch, rows, classes]);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 6 * output.Shape.ElementCount;
}
