using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A gated recurrent unit over a sequence (Cho and others 2014, with the reset gate behind the product, as in cuDNN): with p = h·Wᵀ,
    /// r = σ(x_r + p_r), z = σ(x_z + p_z), m = p_n + b, n = tanh(x_n + r ⊙ m), h = (1 − z) ⊙ n + z ⊙ h. Inputs: the part of the gates that comes from
    /// outside, all biases but b included, [time, batch, 3 · units] in the order r, z, n; hidden state [batch, units]; weight
    /// [3 · units, units]; b [units]; then lengths [batch], which may be missing. The result is [5, time, batch, units]: h, r, z, n, m of each step.</summary>
    /// <param name="Reverse">From the last step to the first.</param>
    public sealed record GruSequence(bool Reverse) : Composite<GruSequence>, IOpDefinition
    {
        /// <summary>Values that each step keeps a unit: h, r, z, n, m.</summary>
        internal const int Kept = 5;

        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "GruSequence",
            Formula = "h = (1 − z) ⊙ n + z ⊙ h; r, z = σ(x + h·Wᵀ), n = tanh(x + r ⊙ (h·Wᵀ + b)), step by step",
            ToleranceScale = 8, // sigmoid and tanh of a sum, through several steps
            Samples =
            [
                Of("sequence", 3, 2, 5), Of("one step", 1, 3, 2), Of("one unit", 4, 2, 1), Of("no batch", 2, 0, 3), Of("backwards", 3, 2, 3, reverse: true),
                Of("lengths", 4, 3, 2, lengths: true), Of("lengths, backwards", 4, 3, 2, reverse: true, lengths: true), Of("more units than a vector", 2, 14, 37),
                Of("transposed", 2, 4, 3, view: SampleView.Transposed), Of("flipped", 2, 2, 3, view: SampleView.Flipped),
                new("gates", Inputs(2, 2, 3, SampleView.Contiguous), x => Tensor.GruSequence(x[0], x[1], x[2], x[3])) { SumLength = 6 },
            ],
            Refusals =
            [
                new("no steps", () => Tensor.GruSequence(Tensor.Zeros([0, 2, 9]), Tensor.Zeros([2, 3]), Tensor.Zeros([9, 3]), Tensor.Zeros([3])), "one step at least"),
                new("a hidden state of another batch", () => Tensor.GruSequence(Tensor.Zeros([4, 2, 9]), Tensor.Zeros([5, 3]), Tensor.Zeros([9, 3]), Tensor.Zeros([3])), @"hidden state is \[5, 3\].*\[2, 3\]"),
                new("a weight of another size", () => Tensor.GruSequence(Tensor.Zeros([4, 2, 9]), Tensor.Zeros([2, 3]), Tensor.Zeros([12, 3]), Tensor.Zeros([3])), @"weight is \[12, 3\].*\[9, 3\]"),
                new("a bias of another size", () => Tensor.GruSequence(Tensor.Zeros([4, 2, 9]), Tensor.Zeros([2, 3]), Tensor.Zeros([9, 3]), Tensor.Zeros([9])), @"bias is \[9\].*\[3\]"),
                new("lengths of another batch", () => Tensor.GruSequence(Tensor.Zeros([4, 2, 9]), Tensor.Zeros([2, 3]), Tensor.Zeros([9, 3]), Tensor.Zeros([3]), Tensor.From(1L)), @"lengths are i64\[1\].*i64\[2\]"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Recurrences.Check(Name, inputs, weight: 2, gates: 3, lengths: 4);
            if (inputs[3].Shape != new Shape(inputs[1].Shape[1])) throw new ShapeException($"{Name}: the bias is {inputs[3].Shape}; for the hidden state {inputs[1].Shape} it must be [{inputs[1].Shape[1]}].");
            return new(inputs[1].Shape.Insert(0, inputs[0].Shape[0]).Insert(0, Kept), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (x, h, w, b) = (inputs[0].Widened(), inputs[1].Widened(), inputs[2].Widened().T, inputs[3].Widened());
            var lengths = inputs.Count > 4 ? inputs[4] : null;
            var kept = new Tensor[x.Shape[0]];
            foreach (var t in Recurrences.Times(x.Shape[0], Reverse))
            {
                Tensor[] a = Recurrences.At(x, t).Chunk(3, 1), p = h.MatMul(w).Chunk(3, 1);
                Tensor r = (a[0] + p[0]).Sigmoid(), z = (a[1] + p[1]).Sigmoid(), m = p[2] + b, n = (a[2] + r * m).Tanh();
                var within = Recurrences.Within(lengths, t);
                h = Recurrences.Choose(within, (1 - z) * n + z * h, h);
                if (within is not null) (r, z, n, m) = (within.Where(r, 0), within.Where(z, 0), within.Where(n, 0), within.Where(m, 0));
                kept[t] = Tensor.Stack(h, r, z, n, m);
            }
            return Tensor.Stack(kept, 1).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var planes = Recurrences.Planes(context.Upstream, Kept);
            // A gradient of the gates themselves is rare: it may take the long way.
            if (planes.Skip(1).Any(plane => plane is not null)) return DecomposedVjp(context);
            var (steps, batch, units) = (context.Inputs[0].Shape[0], context.Inputs[1].Shape[0], context.Inputs[1].Shape[1]);
            var hidden = Recurrences.At(context.Output, 0);
            var packed = new GruSequenceGrad(Reverse).Apply([context.Output, context.Inputs[1], context.Inputs[2], planes[0] ?? hidden.ZerosLike(), .. context.Inputs.Skip(4)]);
            var gates = packed.Narrow(0, 0, 4 * steps).Reshape([steps, batch, 4 * units]);
            Tensor inside = gates.Narrow(2, 3 * units, units), both = gates.Narrow(2, 0, 2 * units);
            return
            [
                gates.Narrow(2, 0, 3 * units), packed.Select(0, 4 * steps),
                context.Needs[2] ? Tensor.Concat(Recurrences.WeightGradient(both, hidden, context.Inputs[1], Reverse), Recurrences.WeightGradient(inside, hidden, context.Inputs[1], Reverse)) : null,
                context.Needs[3] ? inside.Sum((int[])[0, 1]) : null,
                .. context.Inputs.Skip(4).Select(_ => (Tensor?)null),
            ];
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[0].Shape.ElementCount * (2 * inputs[1].Shape[1] + 8);

        private static SampleInput[] Inputs(long steps, long batch, long units, SampleView view) =>
            [new([steps, batch, 3 * units], new(-2, 2), view), new([batch, units], new(-1, 1), view), new([3 * units, units], new(-1, 1), view), new([units], new(-1, 1), view)];

        private static Sample Of(string name, long steps, long batch, long units, bool reverse = false, bool lengths = false, SampleView view = SampleView.Contiguous)
        {
            var inputs = Inputs(steps, batch, units, view);
            if (lengths) inputs = [.. inputs, new([batch], Domain.Integers(0, steps), Type: DType.Int64)];
            // Hidden states, as they are used: their gradient is that of the fused op.
            return new(name, inputs, x => Tensor.GruSequence(x[0], x[1], x[2], x[3], lengths ? x[4] : null, reverse).Select(0, 0)) { SumLength = steps * units };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A gated recurrent unit over a sequence, with the reset gate behind the product: r, z = σ of what is given plus h·Wᵀ,
        /// n = tanh(given + r ⊙ (h·Wᵀ + b)), h = (1 − z) ⊙ n + z ⊙ h at each step.</summary>
        /// <param name="gates">[time, batch, 3 · units], in the order r, z, n: the inputs times their weight, with all biases but b.</param>
        /// <param name="hidden">h before the first step, [batch, units].</param>
        /// <param name="weight">W, [3 · units, units].</param>
        /// <param name="bias">b, [units].</param>
        /// <param name="lengths">Steps of each sequence, integers [batch]; steps behind keep the state and have gates of 0. Null for all.</param>
        /// <param name="reverse">From the last step to the first; results stay at their times.</param>
        /// <returns>[5, time, batch, units]: h, r, z, n and m = h·Wᵀ + b of each step.</returns>
        /// <exception cref="ShapeException">Shapes do not fit, or there is no step.</exception>
        public static Tensor GruSequence(Tensor gates, Tensor hidden, Tensor weight, Tensor bias, Tensor? lengths = null, bool reverse = false)
        {
            var type = Recurrences.Type(gates, hidden, weight, bias);
            Tensor[] inputs = [gates.To(type), hidden.To(type), weight.To(type), bias.To(type)];
            return new GruSequence(reverse).Apply(lengths is null ? inputs : [.. inputs, lengths.To(DType.Int64)]);
        }
    }
}
