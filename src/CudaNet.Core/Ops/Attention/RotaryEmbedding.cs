using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>Rotary position embedding (Su et al. 2021): pairs (a, b) of a row's first numbers become (a·cos − b·sin, a·sin + b·cos).
    /// Inputs: x [B, H, S, D], then tables of cosine and sine [S, n] with 2n ≤ D, of Float32 where x is of a half type.</summary>
    /// <param name="Interleaved">Pairs are numbers 2i and 2i + 1, otherwise i and i + n.</param>
    public sealed record RotaryEmbedding(bool Interleaved) : Composite<RotaryEmbedding>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "RotaryEmbedding",
            Formula = "(a·cos − b·sin, a·sin + b·cos) of pairs",
            Samples =
            [
                Of("rows", [5, 8], 4), Of("one pair", [1, 2], 1), Of("heads", [3, 5, 8], 4), Of("batch", [2, 3, 5, 16], 8), Of("a part of each row", [2, 5, 7], 2),
                Of("interleaved", [3, 5, 8], 4, interleaved: true), Of("interleaved, a part", [2, 5, 7], 2, interleaved: true), Of("no rows", [2, 0, 8], 4),
                Of("whole chunks", [1, 2, 9, 32], 16), Of("whole chunks, interleaved", [1, 2, 9, 32], 8, interleaved: true),
                Of("transposed", [1, 2, 6, 8], 4, view: SampleView.Transposed), Of("strided", [1, 2, 6, 8], 4, view: SampleView.Strided),
            ],
            Refusals =
            [
                new("tables of another length", () => Tensor.Zeros([5, 8]).RotaryEmbedding(Tensor.Zeros([4, 4]), Tensor.Zeros([4, 4])), @"\[5, 8\].*\[4, 4\]"),
                new("more angles than pairs", () => Tensor.Zeros([5, 8]).RotaryEmbedding(Tensor.Zeros([5, 5]), Tensor.Zeros([5, 5])), @"\[5, 5\]"),
                new("sines of another shape", () => Tensor.Zeros([5, 8]).RotaryEmbedding(Tensor.Zeros([5, 4]), Tensor.Zeros([5, 3])), @"\[5, 4\].*\[5, 3\]"),
                new("a vector", () => Tensor.Zeros([8]).RotaryEmbedding(Tensor.Zeros([1, 4]), Tensor.Zeros([1, 4])), @"\[length, depth\]"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (x, cosine, sine) = (inputs[0].Widened(), inputs[1], inputs[2]);
            var (pairs, depth) = (cosine.Shape[1], x.Shape[3]);
            var paired = x.Narrow(3, 0, 2 * pairs).Reshape(Interleaved ? x.Shape.With(3, pairs).Insert(4, 2) : x.Shape.With(3, 2).Insert(4, pairs));
            var axis = Interleaved ? 4 : 3;
            Tensor a = paired.Select(axis, 0), b = paired.Select(axis, 1);
            var turned = Tensor.Stack([a * cosine - b * sine, a * sine + b * cosine], axis).Reshape(x.Shape.With(3, 2 * pairs));
            if (depth > 2 * pairs) turned = Tensor.Concat([turned, x.Narrow(3, 2 * pairs, depth - 2 * pairs)], 3);
            return turned.To(inputs[0].DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            // Tables are rarely trained: their gradient may take the long way.
            if (context.Needs[1] || context.Needs[2]) return DecomposedVjp(context);
            return [Apply(context.Upstream, context.Inputs[1], -context.Inputs[2]), null, null];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            if (batched[1] || batched[2]) return Composites.Vmap(this, inputs, batched);
            var x = inputs[0];
            return Apply(x.Reshape(x.Shape.Slice(2, 3).Insert(0, x.Shape[0] * x.Shape[1])), inputs[1], inputs[2]).Reshape(x.Shape);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 3 * output.Shape.ElementCount;

        private static Sample Of(string name, Shape shape, long pairs, bool interleaved = false, SampleView view = SampleView.Contiguous)
        {
            Shape table = [shape[^2], pairs];
            return new(name, [new(shape, Domain.Any, view), new(table, new(-1, 1)), new(table, new(-1, 1))], x => x[0].RotaryEmbedding(x[1], x[2], interleaved)) { SumLength = 2 };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Rotary position embedding of rows [batch, heads, length, depth], whose axes in front may be missing: pairs of each row's
        /// first numbers are turned by the angles of its position; the rest stays.</summary>
        /// <param name="cosine">[length, pairs], with at most depth/2 pairs.</param>
        /// <param name="sine">The same.</param>
        /// <param name="interleaved">Pairs are numbers 2i and 2i + 1 (GPT-J), otherwise i and i + pairs (Llama, GPT-NeoX).</param>
        /// <exception cref="ShapeException">The tables do not fit.</exception>
        public Tensor RotaryEmbedding(Tensor cosine, Tensor sine, bool interleaved = false)
        {
            if (Rank is < 2 or > 4) throw new ShapeException($"RotaryEmbedding: x {Shape} must be [length, depth], with heads and batch in front or without.");
            if (cosine.Rank != 2 || cosine.Shape != sine.Shape || cosine.Shape[0] != Shape[^2] || 2 * cosine.Shape[1] > Shape[^1])
                throw new ShapeException($"RotaryEmbedding: for x {Shape} tables [{Shape[^2]}, at most {Shape[^1] / 2}] are needed, but they are {cosine.Shape} and {sine.Shape}.");
            var x = this.Floating();
            if (ElementCount == 0 || cosine.ElementCount == 0) return x;
            var type = x.DType.IsHalf() ? DType.Float32 : x.DType;
            return new RotaryEmbedding(interleaved).Apply(WithHeads(x), cosine.To(type), sine.To(type)).Reshape(Shape);
        }
    }
}
