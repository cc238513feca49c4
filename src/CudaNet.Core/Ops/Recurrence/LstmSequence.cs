using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A long short-term memory over a sequence (Hochreiter, Schmidhuber 1997, with the forget gate of Gers, Schmidhuber, Cummins 2000):
    /// with a = x[t] + h·Wᵀ cut into four, i, f, o = σ(aᵢ), σ(a_f), σ(aₒ), g = tanh(a_g), c = f ⊙ c + i ⊙ g, h = o ⊙ tanh(c).
    /// Inputs: the part of the gates that comes from outside, biases included, [time, batch, 4 · units] in the order i, f, g, o; hidden and
    /// cell state [batch, units]; weight [4 · units, units]; then lengths [batch], which may be missing. The result is
    /// [6, time, batch, units]: h, c, i, f, g, o of each step.</summary>
    /// <param name="Reverse">From the last step to the first.</param>
    public sealed record LstmSequence(bool Reverse) : Composite<LstmSequence>, IOpDefinition
    {
        /// <summary>Values that each step keeps a unit: h, c, i, f, g, o.</summary>
        internal const int Kept = 6;

        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "LstmSequence",
            Formula = "c = f ⊙ c + i ⊙ g, h = o ⊙ tanh c; i, f, o = σ(x + h·Wᵀ), g = tanh(x + h·Wᵀ), step by step",
            ToleranceScale = 8, // sigmoid and tanh of a sum, through several steps
            Samples =
            [
                Of("sequence", 3, 2, 5), Of("one step", 1, 3, 2), Of("one unit", 4, 2, 1), Of("no batch", 2, 0, 3), Of("backwards", 3, 2, 3, reverse: true),
                Of("lengths", 4, 3, 2, lengths: true), Of("lengths, backwards", 4, 3, 2, reverse: true, lengths: true), Of("more units than a vector", 2, 14, 37),
                Of("transposed", 2, 4, 3, view: SampleView.Transposed), Of("flipped", 2, 2, 3, view: SampleView.Flipped),
                new("gates", Inputs(2, 2, 3, SampleView.Contiguous), x => Tensor.LstmSequence(x[0], x[1], x[2], x[3])) { SumLength = 6 },
            ],
            Refusals =
            [
                new("no steps", () => Tensor.LstmSequence(Tensor.Zeros([0, 2, 12]), Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([12, 3])), "one step at least"),
                new("a hidden state of another batch", () => Tensor.LstmSequence(Tensor.Zeros([4, 2, 12]), Tensor.Zeros([5, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([12, 3])), @"hidden state is \[5, 3\].*\[2, 3\]"),
                new("a cell state of another size", () => Tensor.LstmSequence(Tensor.Zeros([4, 2, 12]), Tensor.Zeros([2, 3]), Tensor.Zeros([2, 4]), Tensor.Zeros([12, 3])), @"cell state is \[2, 4\].*\[2, 3\]"),
                new("a weight of another size", () => Tensor.LstmSequence(Tensor.Zeros([4, 2, 12]), Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([9, 3])), @"weight is \[9, 3\].*\[12, 3\]"),
                new("lengths of another batch", () => Tensor.LstmSequence(Tensor.Zeros([4, 2, 12]), Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([12, 3]), Tensor.From(1L, 2L, 3L)), @"lengths are i64\[3\].*i64\[2\]"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Recurrences.Check(Name, inputs, weight: 3, gates: 4, lengths: 4);
            if (inputs[2].Shape != inputs[1].Shape)
                throw new ShapeException($"{Name}: the cell state is {inputs[2].Shape} and the hidden state {inputs[1].Shape}. They must have one shape.");
            return new(inputs[1].Shape.Insert(0, inputs[0].Shape[0]).Insert(0, Kept), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (x, h, c, w) = (inputs[0].Widened(), inputs[1].Widened(), inputs[2].Widened(), inputs[3].Widened().T);
            var lengths = inputs.Count > 4 ? inputs[4] : null;
            var kept = new Tensor[x.Shape[0]];
            foreach (var t in Recurrences.Times(x.Shape[0], Reverse))
            {
                var a = (Recurrences.At(x, t) + h.MatMul(w)).Chunk(4, 1);
                Tensor i = a[0].Sigmoid(), f = a[1].Sigmoid(), g = a[2].Tanh(), o = a[3].Sigmoid();
                var within = Recurrences.Within(lengths, t);
                var cell = f * c + i * g;
                h = Recurrences.Choose(within, o * cell.Tanh(), h);
                c = Recurrences.Choose(within, cell, c);
                if (within is not null) (i, f, g, o) = (within.Where(i, 0), within.Where(f, 0), within.Where(g, 0), within.Where(o, 0));
                kept[t] = Tensor.Stack(h, c, i, f, g, o);
            }
            return Tensor.Stack(kept, 1).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var planes = Recurrences.Planes(context.Upstream, Kept);
            // A gradient of the gates themselves is rare: it may take the long way.
            if (planes.Skip(2).Any(plane => plane is not null)) return DecomposedVjp(context);
            var (steps, units) = (context.Inputs[0].Shape[0], context.Inputs[1].Shape[1]);
            var hidden = Recurrences.At(context.Output, 0);
            List<Tensor> inputs = [context.Output, context.Inputs[2], context.Inputs[3], planes[0] ?? hidden.ZerosLike(), planes[1] ?? hidden.ZerosLike()];
            var packed = new LstmSequenceGrad(Reverse).Apply([.. inputs, .. context.Inputs.Skip(4)]);
            var gates = packed.Narrow(0, 0, 4 * steps).Reshape(context.Inputs[0].Shape);
            return
            [
                gates, packed.Select(0, 4 * steps), packed.Select(0, 4 * steps + 1),
                context.Needs[3] ? Recurrences.WeightGradient(gates, hidden, context.Inputs[1], Reverse) : null,
                .. context.Inputs.Skip(4).Select(_ => (Tensor?)null),
            ];
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => inputs[0].Shape.ElementCount * (2 * inputs[1].Shape[1] + 8);

        private static SampleInput[] Inputs(long steps, long batch, long units, SampleView view) =>
            [new([steps, batch, 4 * units], new(-2, 2), view), new([batch, units], new(-1, 1), view), new([batch, units], new(-1, 1), view), new([4 * units, units], new(-1, 1), view)];

        private static Sample Of(string name, long steps, long batch, long units, bool reverse = false, bool lengths = false, SampleView view = SampleView.Contiguous)
        {
            var inputs = Inputs(steps, batch, units, view);
            if (lengths) inputs = [.. inputs, new([batch], Domain.Integers(0, steps), Type: DType.Int64)];
            // Hidden and cell states, as they are used: their gradient is that of the fused op.
            return new(name, inputs, x => Tensor.LstmSequence(x[0], x[1], x[2], x[3], lengths ? x[4] : null, reverse).Narrow(0, 0, 2)) { SumLength = steps * units };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A long short-term memory over a sequence: c = f ⊙ c + i ⊙ g, h = o ⊙ tanh(c) at each step, where the gates are
        /// σ (for g tanh) of what is given for the step plus h·Wᵀ.</summary>
        /// <param name="gates">[time, batch, 4 · units], in the order i, f, g, o: the inputs times their weight, with biases.</param>
        /// <param name="hidden">h before the first step, [batch, units].</param>
        /// <param name="cell">c before the first step, [batch, units].</param>
        /// <param name="weight">W, [4 · units, units].</param>
        /// <param name="lengths">Steps of each sequence, integers [batch]; steps behind keep the state and have gates of 0. Null for all.</param>
        /// <param name="reverse">From the last step to the first; results stay at their times.</param>
        /// <returns>[6, time, batch, units]: h, c, i, f, g, o of each step.</returns>
        /// <exception cref="ShapeException">Shapes do not fit, or there is no step.</exception>
        public static Tensor LstmSequence(Tensor gates, Tensor hidden, Tensor cell, Tensor weight, Tensor? lengths = null, bool reverse = false)
        {
            var type = Recurrences.Type(gates, hidden, cell, weight);
            Tensor[] inputs = [gates.To(type), hidden.To(type), cell.To(type), weight.To(type)];
            return new LstmSequence(reverse).Apply(lengths is null ? inputs : [.. inputs, lengths.To(DType.Int64)]);
        }
    }
}
