namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="LstmSequence"/>, backwards through its steps. Inputs: its result [6, time, batch, units]; the initial cell
/// state [batch, units]; the weight [4 · units, units]; the gradients of the hidden states and of the cell states, both [time, batch, units]; then
/// lengths, which may be missing. The result is [4 · time + 2, batch, units]: the gradient of the gates, which reads as
/// [time, batch, 4 · units], then those of the initial hidden and cell state.</summary>
/// <remarks>The gradient of the weight is one product over all steps of the gates' gradient: it stays outside.</remarks>
public sealed record LstmSequenceGrad(bool Reverse) : Composite<LstmSequenceGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "LstmSequenceGrad",
        Formula = "∂c = ∂c' ⊙ f' + ∂h ⊙ o ⊙ (1 − tanh² c), ∂h = upstream + ∂a'·W, ∂a = gates' slopes, step by step backwards",
        ToleranceScale = 8, // products of slopes, through several steps
        Samples =
        [
            Of("sequence", 3, 2, 5), Of("one step", 1, 3, 2), Of("one unit", 4, 2, 1), Of("no batch", 2, 0, 3), Of("backwards", 3, 2, 3, reverse: true),
            Of("lengths", 4, 3, 2, lengths: true), Of("lengths, backwards", 4, 3, 2, reverse: true, lengths: true), Of("more units than a vector", 2, 14, 37),
        ],
        Refusals =
        [
            new("states of another kind", () => new LstmSequenceGrad(false).Apply(Tensor.Zeros([5, 3, 2, 4]), Tensor.Zeros([2, 4]), Tensor.Zeros([16, 4]), Tensor.Zeros([3, 2, 4]), Tensor.Zeros([3, 2, 4])), @"\[5, 3, 2, 4\].*\[6,"),
            new("an upstream of another length", () => new LstmSequenceGrad(false).Apply(Tensor.Zeros([6, 3, 2, 4]), Tensor.Zeros([2, 4]), Tensor.Zeros([16, 4]), Tensor.Zeros([2, 2, 4]), Tensor.Zeros([3, 2, 4])), @"upstream \[2, 2, 4\]"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var s = inputs[0].Shape;
        if (s.Rank != 4 || s[0] != LstmSequence.Kept) throw new ShapeException($"{Name}: states {s} must be [{LstmSequence.Kept}, time, batch, units].");
        foreach (var k in (ReadOnlySpan<int>)[3, 4])
            if (inputs[k].Shape != s.Slice(1, 3)) throw new ShapeException($"{Name}: upstream {inputs[k].Shape} must be {s.Slice(1, 3)}, as the states {s} are.");
        Recurrences.Check(Name, [new([s[1], s[2], 4 * s[3]], inputs[0].DType), .. inputs[1..]], weight: 2, gates: 4, lengths: 5);
        return new([4 * s[1] + 2, s[2], s[3]], inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var planes = inputs[0].Widened().Unbind();
        var (initial, w, upstream, cellUpstream) = (inputs[1].Widened(), inputs[2].Widened(), inputs[3].Widened(), inputs[4].Widened());
        var lengths = inputs.Count > 5 ? inputs[5] : null;
        var steps = upstream.Shape[0];
        var parts = new Tensor[steps + 1];
        Tensor carriedH = initial.ZerosLike(), carriedC = initial.ZerosLike();
        foreach (var t in Recurrences.Times(steps, !Reverse))
        {
            var before = Reverse ? t + 1 : t - 1;
            var previous = before < 0 || before == steps ? initial : Recurrences.At(planes[1], before);
            Tensor i = Recurrences.At(planes[2], t), f = Recurrences.At(planes[3], t), g = Recurrences.At(planes[4], t), o = Recurrences.At(planes[5], t);
            Tensor tanh = Recurrences.At(planes[1], t).Tanh(), dh = Recurrences.At(upstream, t) + carriedH, given = Recurrences.At(cellUpstream, t) + carriedC;
            var dc = given + dh * o * (1 - tanh.Square());
            var da = Tensor.Concat([dc * g * i * (1 - i), dc * previous * f * (1 - f), dc * i * (1 - g.Square()), dh * tanh * o * (1 - o)], 1);
            var within = Recurrences.Within(lengths, t);
            if (within is not null) da = within.Where(da, 0);
            carriedC = Recurrences.Choose(within, dc * f, given);
            carriedH = within is null ? da.MatMul(w) : da.MatMul(w) + within.Where(0, dh);
            parts[t] = da.Reshape([4, .. initial.Shape]);
        }
        parts[steps] = Tensor.Stack(carriedH, carriedC);
        return Tensor.Concat(parts, 0).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * (2 * inputs[1].Shape[1] + 8);

    private static Sample Of(string name, long steps, long batch, long units, bool reverse = false, bool lengths = false)
    {
        List<SampleInput> inputs =
        [
            new([LstmSequence.Kept, steps, batch, units], new(-1, 1)), new([batch, units], new(-1, 1)), new([4 * units, units], new(-1, 1)),
            new([steps, batch, units], Domain.Any), new([steps, batch, units], Domain.Any),
        ];
        if (lengths) inputs.Add(new([batch], Domain.Integers(0, steps), Type: DType.Int64));
        return new(name, inputs, x => new LstmSequenceGrad(reverse).Apply([.. x])) { SumLength = 4 * steps * units };
    }
}
