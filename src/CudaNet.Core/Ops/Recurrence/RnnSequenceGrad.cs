namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="RnnSequence"/>, backwards through its steps. Inputs: its result [time, batch, units]; the initial hidden state
/// [batch, units]; the weight [units, units]; the gradient of the result; then lengths, which may be missing. The result is
/// [time + 1, batch, units]: the gradient before the function of each step, then that of the initial hidden state.</summary>
/// <remarks>The gradient of the weight is one product over all steps: it stays outside.</remarks>
public sealed record RnnSequenceGrad(RecurrentNonlinearity Nonlinearity, bool Reverse) : Composite<RnnSequenceGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "RnnSequenceGrad",
        Formula = "∂a = (upstream + ∂a'·W) ⊙ f'(a), where f' is 1 − h² or h > 0, step by step backwards",
        ToleranceScale = 8, // products of slopes, through several steps
        Samples =
        [
            Of("sequence", 3, 2, 5), Of("one step", 1, 3, 2), Of("one unit", 4, 2, 1), Of("no batch", 2, 0, 3), Of("backwards", 3, 2, 3, reverse: true),
            Of("lengths", 4, 3, 2, lengths: true), Of("lengths, backwards", 4, 3, 2, reverse: true, lengths: true), Of("more units than a vector", 2, 14, 37),
            Of("relu", 3, 2, 4, RecurrentNonlinearity.Relu), Of("identity", 3, 2, 4, RecurrentNonlinearity.Identity),
        ],
        Refusals =
        [
            new("an upstream of another length", () => new RnnSequenceGrad(RecurrentNonlinearity.Tanh, false).Apply(Tensor.Zeros([3, 2, 4]), Tensor.Zeros([2, 4]), Tensor.Zeros([4, 4]), Tensor.Zeros([2, 2, 4])), @"upstream \[2, 2, 4\]"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        Recurrences.Check(Name, inputs, weight: 2, gates: 1, lengths: 4);
        if (inputs[3].Shape != inputs[0].Shape) throw new ShapeException($"{Name}: upstream {inputs[3].Shape} must be {inputs[0].Shape}, as the states are.");
        return new(inputs[0].Shape.With(0, inputs[0].Shape[0] + 1), inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var (states, initial, w, upstream) = (inputs[0].Widened(), inputs[1].Widened(), inputs[2].Widened(), inputs[3].Widened());
        var lengths = inputs.Count > 4 ? inputs[4] : null;
        var steps = upstream.Shape[0];
        var parts = new Tensor[steps + 1];
        var carried = initial.ZerosLike();
        foreach (var t in Recurrences.Times(steps, !Reverse))
        {
            var h = Recurrences.At(states, t);
            var dh = Recurrences.At(upstream, t) + carried;
            var da = Nonlinearity switch
            {
                RecurrentNonlinearity.Tanh => dh * (1 - h.Square()),
                RecurrentNonlinearity.Relu => (h > 0).Where(dh, 0),
                _ => dh,
            };
            var within = Recurrences.Within(lengths, t);
            if (within is not null) da = within.Where(da, 0);
            carried = within is null ? da.MatMul(w) : da.MatMul(w) + within.Where(0, dh);
            parts[t] = da;
        }
        parts[steps] = carried;
        return Tensor.Stack(parts).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * (2 * inputs[1].Shape[1] + 4);

    private static Sample Of(string name, long steps, long batch, long units, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh, bool reverse = false, bool lengths = false)
    {
        // Away from 0, where the slope of relu jumps.
        List<SampleInput> inputs = [new([steps, batch, units], new(-1, 1) { Kinks = [0], Margin = 0.05 }), new([batch, units], new(-1, 1)), new([units, units], new(-1, 1)), new([steps, batch, units], Domain.Any)];
        if (lengths) inputs.Add(new([batch], Domain.Integers(0, steps), Type: DType.Int64));
        return new(name, inputs, x => new RnnSequenceGrad(nonlinearity, reverse).Apply([.. x])) { SumLength = steps * units };
    }
}
