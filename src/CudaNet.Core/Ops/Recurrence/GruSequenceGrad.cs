namespace CudaNet.Ops;

/// <summary>Gradient of <see cref="GruSequence"/>, backwards through its steps. Inputs: its result [5, time, batch, units]; the initial hidden
/// state [batch, units]; the weight [3 · units, units]; the gradient of the hidden states [time, batch, units]; then lengths, which may be missing.
/// The result is [4 · time + 1, batch, units]: the gradients of r, z, n and m before their functions, which read as [time, batch, 4 · units], then
/// that of the initial hidden state.</summary>
/// <remarks>The gradient of the weight is a product over all steps of these: it stays outside.</remarks>
public sealed record GruSequenceGrad(bool Reverse) : Composite<GruSequenceGrad>, IOpDefinition
{
    /// <inheritdoc/>
    public static OpDefinition Entry { get; } = new()
    {
        Name = "GruSequenceGrad",
        Formula = "∂h = upstream + ∂h' ⊙ z' + [∂r', ∂z', ∂m']·W, ∂n = ∂h ⊙ (1 − z) ⊙ (1 − n²), ∂z = ∂h ⊙ (h − n) ⊙ z(1 − z), ∂r = ∂n ⊙ m ⊙ r(1 − r), step by step backwards",
        ToleranceScale = 8, // products of slopes, through several steps
        Samples =
        [
            Of("sequence", 3, 2, 5), Of("one step", 1, 3, 2), Of("one unit", 4, 2, 1), Of("no batch", 2, 0, 3), Of("backwards", 3, 2, 3, reverse: true),
            Of("lengths", 4, 3, 2, lengths: true), Of("lengths, backwards", 4, 3, 2, reverse: true, lengths: true), Of("more units than a vector", 2, 14, 37),
        ],
        Refusals =
        [
            new("states of another kind", () => new GruSequenceGrad(false).Apply(Tensor.Zeros([6, 3, 2, 4]), Tensor.Zeros([2, 4]), Tensor.Zeros([12, 4]), Tensor.Zeros([3, 2, 4])), @"\[6, 3, 2, 4\].*\[5,"),
            new("an upstream of another length", () => new GruSequenceGrad(false).Apply(Tensor.Zeros([5, 3, 2, 4]), Tensor.Zeros([2, 4]), Tensor.Zeros([12, 4]), Tensor.Zeros([2, 2, 4])), @"upstream \[2, 2, 4\]"),
        ],
    };

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
    {
        var s = inputs[0].Shape;
        if (s.Rank != 4 || s[0] != GruSequence.Kept) throw new ShapeException($"{Name}: states {s} must be [{GruSequence.Kept}, time, batch, units].");
        if (inputs[3].Shape != s.Slice(1, 3)) throw new ShapeException($"{Name}: upstream {inputs[3].Shape} must be {s.Slice(1, 3)}, as the states {s} are.");
        Recurrences.Check(Name, [new([s[1], s[2], 3 * s[3]], inputs[0].DType), .. inputs[1..]], weight: 2, gates: 3, lengths: 4);
        return new([4 * s[1] + 1, s[2], s[3]], inputs[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
    {
        var planes = inputs[0].Widened().Unbind();
        var (initial, w, upstream) = (inputs[1].Widened(), inputs[2].Widened(), inputs[3].Widened());
        var lengths = inputs.Count > 4 ? inputs[4] : null;
        var steps = upstream.Shape[0];
        var parts = new Tensor[steps + 1];
        var carried = initial.ZerosLike();
        foreach (var t in Recurrences.Times(steps, !Reverse))
        {
            var before = Reverse ? t + 1 : t - 1;
            var previous = before < 0 || before == steps ? initial : Recurrences.At(planes[0], before);
            Tensor r = Recurrences.At(planes[1], t), z = Recurrences.At(planes[2], t), n = Recurrences.At(planes[3], t), m = Recurrences.At(planes[4], t);
            var dh = Recurrences.At(upstream, t) + carried;
            Tensor dn = dh * (1 - z) * (1 - n.Square()), dz = dh * (previous - n) * z * (1 - z), dr = dn * m * r * (1 - r), dm = dn * r;
            var within = Recurrences.Within(lengths, t);
            if (within is not null) (dr, dz, dn, dm) = (within.Where(dr, 0), within.Where(dz, 0), within.Where(dn, 0), within.Where(dm, 0));
            carried = Tensor.Concat([dr, dz, dm], 1).MatMul(w) + Recurrences.Choose(within, dh * z, dh);
            parts[t] = Tensor.Concat([dr, dz, dn, dm], 1).Reshape([4, .. initial.Shape]);
        }
        parts[steps] = carried.Unsqueeze(0);
        return Tensor.Concat(parts, 0).To(inputs[0].DType);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * (2 * inputs[1].Shape[1] + 8);

    private static Sample Of(string name, long steps, long batch, long units, bool reverse = false, bool lengths = false)
    {
        List<SampleInput> inputs =
        [
            new([GruSequence.Kept, steps, batch, units], new(-1, 1)), new([batch, units], new(-1, 1)), new([3 * units, units], new(-1, 1)), new([steps, batch, units], Domain.Any),
        ];
        if (lengths) inputs.Add(new([batch], Domain.Integers(0, steps), Type: DType.Int64));
        return new(name, inputs, x => new GruSequenceGrad(reverse).Apply([.. x])) { SumLength = 3 * steps * units };
    }
}
