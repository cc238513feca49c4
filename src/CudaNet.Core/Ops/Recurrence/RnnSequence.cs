using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>A plain recurrent network over a sequence (Elman 1990): h = f(x[t] + h·Wᵀ). Inputs: what comes from outside at each step, bias
    /// included, [time, batch, units]; hidden state [batch, units]; weight [units, units]; then lengths [batch], which may be missing. The
    /// result is h of each step, [time, batch, units].</summary>
    /// <param name="Nonlinearity">f.</param>
    /// <param name="Reverse">From the last step to the first.</param>
    public sealed record RnnSequence(RecurrentNonlinearity Nonlinearity, bool Reverse) : Composite<RnnSequence>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "RnnSequence",
            Formula = "h = tanh(x + h·Wᵀ), or max(0, x + h·Wᵀ), step by step",
            ToleranceScale = 8, // tanh of a sum, through several steps
            GradientOrder = 2,
            Samples =
            [
                Of("sequence", 3, 2, 5), Of("one step", 1, 3, 2), Of("one unit", 4, 2, 1), Of("no batch", 2, 0, 3), Of("backwards", 3, 2, 3, reverse: true),
                Of("lengths", 4, 3, 2, lengths: true), Of("lengths, backwards", 4, 3, 2, reverse: true, lengths: true), Of("more units than a vector", 2, 14, 37),
                Of("transposed", 2, 4, 3, view: SampleView.Transposed), Of("flipped", 2, 2, 3, view: SampleView.Flipped),
                // Away from the kink: what comes from outside outweighs the rest.
                new("relu", [new([3, 2, 4], new(-9, 9) { Kinks = [0], Margin = 4.5 }), new([2, 4], new(-1, 1)), new([4, 4], new(-0.1, 0.1))],
                    x => Tensor.RnnSequence(x[0], x[1], x[2], nonlinearity: RecurrentNonlinearity.Relu)) { SumLength = 12 },
                new("identity", Inputs(3, 2, 4, SampleView.Contiguous), x => Tensor.RnnSequence(x[0], x[1], x[2], nonlinearity: RecurrentNonlinearity.Identity)) { SumLength = 12 },
            ],
            Refusals =
            [
                new("no steps", () => Tensor.RnnSequence(Tensor.Zeros([0, 2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([3, 3])), "one step at least"),
                new("a hidden state of another batch", () => Tensor.RnnSequence(Tensor.Zeros([4, 2, 3]), Tensor.Zeros([5, 3]), Tensor.Zeros([3, 3])), @"hidden state is \[5, 3\].*\[2, 3\]"),
                new("a weight of another size", () => Tensor.RnnSequence(Tensor.Zeros([4, 2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([3, 4])), @"weight is \[3, 4\].*\[3, 3\]"),
                new("lengths of another batch", () => Tensor.RnnSequence(Tensor.Zeros([4, 2, 3]), Tensor.Zeros([2, 3]), Tensor.Zeros([3, 3]), Tensor.From(1L)), @"lengths are i64\[1\].*i64\[2\]"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Recurrences.Check(Name, inputs, weight: 2, gates: 1, lengths: 3);
            return inputs[0];
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (x, h, w) = (inputs[0].Widened(), inputs[1].Widened(), inputs[2].Widened().T);
            var lengths = inputs.Count > 3 ? inputs[3] : null;
            var states = new Tensor[x.Shape[0]];
            foreach (var t in Recurrences.Times(x.Shape[0], Reverse))
            {
                var a = Recurrences.At(x, t) + h.MatMul(w);
                states[t] = h = Recurrences.Choose(Recurrences.Within(lengths, t), Nonlinearity switch
                {
                    RecurrentNonlinearity.Tanh => a.Tanh(),
                    RecurrentNonlinearity.Relu => a.Relu(),
                    _ => a,
                }, h);
            }
            return Tensor.Stack(states).To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var steps = context.Inputs[0].Shape[0];
            var packed = new RnnSequenceGrad(Nonlinearity, Reverse).Apply([context.Output, context.Inputs[1], context.Inputs[2], context.Upstream, .. context.Inputs.Skip(3)]);
            var gradient = packed.Narrow(0, 0, steps);
            return
            [
                gradient, packed.Select(0, steps),
                context.Needs[2] ? Recurrences.WeightGradient(gradient, context.Output, context.Inputs[1], Reverse) : null,
                .. context.Inputs.Skip(3).Select(_ => (Tensor?)null),
            ];
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => output.Shape.ElementCount * (2 * inputs[1].Shape[1] + 4);

        private static SampleInput[] Inputs(long steps, long batch, long units, SampleView view) =>
            [new([steps, batch, units], new(-2, 2), view), new([batch, units], new(-1, 1), view), new([units, units], new(-1, 1), view)];

        private static Sample Of(string name, long steps, long batch, long units, bool reverse = false, bool lengths = false, SampleView view = SampleView.Contiguous)
        {
            var inputs = Inputs(steps, batch, units, view);
            if (lengths) inputs = [.. inputs, new([batch], Domain.Integers(0, steps), Type: DType.Int64)];
            return new(name, inputs, x => Tensor.RnnSequence(x[0], x[1], x[2], lengths ? x[3] : null, reverse)) { SumLength = steps * units };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A plain recurrent network over a sequence: h = f(x[t] + h·Wᵀ) at each step.</summary>
        /// <param name="x">[time, batch, units]: the inputs times their weight, with biases.</param>
        /// <param name="hidden">h before the first step, [batch, units].</param>
        /// <param name="weight">W, [units, units].</param>
        /// <param name="lengths">Steps of each sequence, integers [batch]; steps behind keep the state. Null for all.</param>
        /// <param name="reverse">From the last step to the first; results stay at their times.</param>
        /// <param name="nonlinearity">f.</param>
        /// <returns>h of each step, [time, batch, units].</returns>
        /// <exception cref="ShapeException">Shapes do not fit, or there is no step.</exception>
        public static Tensor RnnSequence(Tensor x, Tensor hidden, Tensor weight, Tensor? lengths = null, bool reverse = false, RecurrentNonlinearity nonlinearity = RecurrentNonlinearity.Tanh)
        {
            var type = Recurrences.Type(x, hidden, weight);
            Tensor[] inputs = [x.To(type), hidden.To(type), weight.To(type)];
            return new RnnSequence(nonlinearity, reverse).Apply(lengths is null ? inputs : [.. inputs, lengths.To(DType.Int64)]);
        }
    }
}
