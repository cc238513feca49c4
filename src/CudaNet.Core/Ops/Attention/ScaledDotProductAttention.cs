using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>softmax(scale·q·kᵀ + bias)·v (Vaswani et al. 2017). Inputs: queries [B, H, S, D], keys [B, G, L, D] and values [B, G, L, E] whose
    /// heads H/G query heads share, then a bias [B, H, S, L], which may be missing.</summary>
    /// <param name="Scale">Factor of the scores.</param>
    /// <param name="Left">Keys that a query sees before its own position; null for all. The ends of queries and keys are aligned.</param>
    /// <param name="Right">Keys that it sees behind its own position; null for all. Causal is 0.</param>
    /// <remarks>Half types compute in Float32. A query that sees no key gives zeros and no gradient. The gradient by queries, keys and
    /// values is one op, <see cref="AttentionGrad"/>, which computes the weights again: no matrix of scores is kept.</remarks>
    public sealed record ScaledDotProductAttention(double Scale, long? Left, long? Right) : Composite<ScaledDotProductAttention>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ScaledDotProductAttention",
            Formula = "softmax(scale·q·kᵀ + bias)·v",
            ToleranceScale = 4, // exp of a difference, a sum and a division, between two products
            Samples = AttentionSamples.Of((x, causal, window, bias) => x[0].ScaledDotProductAttention(x[1], x[2], bias ? x[3] : null, causal, window)),
            Refusals =
            [
                new("another head size", () => Tensor.Zeros([2, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 5]), Tensor.Zeros([2, 3, 5])), @"\[2, 3, 4\].*\[2, 3, 5\].*head size"),
                new("keys and values of other lengths", () => Tensor.Zeros([2, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([2, 5, 4])), "one value for each key"),
                new("heads that do not divide", () => Tensor.Zeros([3, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([2, 3, 4])), "3 query heads.*2 key heads"),
                new("a vector", () => Tensor.Zeros([4]).ScaledDotProductAttention(Tensor.Zeros([4]), Tensor.Zeros([4])), @"\[length, depth\]"),
                new("a mask of another length", () => Tensor.Zeros([2, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([2, 3, 4]), Tensor.Zeros([5])), "broadcast"),
                new("a negative window", () => Tensor.Zeros([3, 4]).ScaledDotProductAttention(Tensor.Zeros([3, 4]), Tensor.Zeros([3, 4]), window: -1), "window -1"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Half;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Check(Name, inputs);
            return new(inputs[0].Shape.With(3, inputs[2].Shape[3]), inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (query, value) = (inputs[0], inputs[2]);
            var weights = Weights(query, inputs[1], inputs.Count > 3 ? inputs[3] : null, Scale, Left, Right);
            var result = weights.MatMul(value.Widened().Reshape(value.Shape.Insert(2, 1)));
            return result.Reshape(query.Shape.With(3, value.Shape[3])).To(query.DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            // A bias is rarely trained: its gradient may take the long way.
            if (context.Inputs.Count > 3 && context.Needs[3]) return DecomposedVjp(context);
            var packed = new AttentionGrad(Scale, Left, Right).Apply([.. context.Inputs.Take(3), context.Upstream, .. context.Inputs.Skip(3)]);
            return [.. AttentionGrad.Parts(packed, context.Inputs), .. context.Inputs.Skip(3).Select(_ => (Tensor?)null)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            if (batched.Contains(false)) return Composites.Vmap(this, inputs, batched);
            var result = Apply([.. inputs.Select(x => x.Reshape(x.Shape.Slice(2, 3).Insert(0, x.Shape[0] * x.Shape[1])))]);
            return result.Reshape(inputs[0].Shape.With(4, inputs[2].Shape[4]));
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
            2 * (inputs[0].Shape.ElementCount + output.Shape.ElementCount) * inputs[1].Shape[2];

        internal static void Check(string name, ReadOnlySpan<TensorType> inputs)
        {
            var (q, k, v) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
            if (q.Rank != 4 || k.Rank != 4 || v.Rank != 4 || q[0] != k[0] || q[3] != k[3] || v.Slice(0, 3) != k.Slice(0, 3) || k[1] == 0 || q[1] % k[1] != 0)
                throw new ShapeException($"{name}: {q}, {k} and {v} are not [batch, heads, queries, depth], [batch, key heads, keys, depth] and [batch, key heads, keys, any], with heads a multiple of key heads.");
        }

        /// <summary>The weights in Float32 or wider, [B, G, H/G, S, L].</summary>
        internal static Tensor Weights(Tensor query, Tensor key, Tensor? bias, double scale, long? left, long? right)
        {
            var (queries, keys) = (query.Shape[2], key.Shape[2]);
            var scores = Grouped(query, key.Shape[1]).MatMul(key.Widened().Reshape(key.Shape.Insert(2, 1)).TransposeLast()) * scale;
            if (bias is not null) scores += bias.Widened().Reshape(scores.Shape);
            if (left is not null || right is not null)
            {
                var position = Tensor.Arange(keys - queries, keys, 1, DType.Int64, query.Device).Reshape(queries, 1);
                var distance = Tensor.Arange(0, keys, 1, DType.Int64, query.Device) - position;
                if (left is { } before) scores = (distance >= -before).Where(scores, double.NegativeInfinity);
                if (right is { } behind) scores = (distance <= behind).Where(scores, double.NegativeInfinity);
            }
            return scores.Softmax();
        }

        /// <summary>[B, H, S, D] as [B, G, H/G, S, D], in Float32 or wider.</summary>
        internal static Tensor Grouped(Tensor x, long groups) => x.Widened().Reshape(x.Shape[0], groups, x.Shape[1] / groups, x.Shape[2], x.Shape[3]);
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Attention of these queries [batch, heads, queries, depth] to keys and values: softmax(scale·q·kᵀ + mask)·v. Axes in front may
        /// be missing. Fewer heads of keys and values are shared by equally many query heads each, without being repeated.</summary>
        /// <param name="key">[batch, key heads, keys, depth].</param>
        /// <param name="value">[batch, key heads, keys, any].</param>
        /// <param name="mask">Broadcasts to [batch, heads, queries, keys]: of Bool, true where a query may look; otherwise added to the scores.</param>
        /// <param name="causal">A query sees no key behind its own position. The last query has the position of the last key (PyTorch
        /// gives the first query that of the first key, which is the same for equal lengths).</param>
        /// <param name="window">Farthest key that a query sees, in positions from its own; null for all.</param>
        /// <param name="scale">Factor of the scores; null for 1/√depth.</param>
        /// <returns>[batch, heads, queries, any]; zeros where a query sees no key.</returns>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        public Tensor ScaledDotProductAttention(Tensor key, Tensor value, Tensor? mask = null, bool causal = false, long? window = null, double? scale = null)
        {
            const string Name = "ScaledDotProductAttention";
            if (Rank is < 2 or > 4 || key.Rank != Rank || value.Rank != Rank)
                throw new ShapeException($"{Name}: queries {Shape}, keys {key.Shape} and values {value.Shape} must all be [length, depth], with heads and batch in front or without.");
            if (Shape[^1] != key.Shape[^1]) throw new ShapeException($"{Name}: queries {Shape} and keys {key.Shape} have another head size.");
            if (key.Shape.Slice(0, Rank - 1) != value.Shape.Slice(0, Rank - 1)) throw new ShapeException($"{Name}: keys {key.Shape} and values {value.Shape}: there must be one value for each key.");
            if (Rank == 4 && Shape[0] != key.Shape[0]) throw new ShapeException($"{Name}: queries {Shape} and keys {key.Shape} have another batch.");
            if (Rank > 2 && (key.Shape[^3] == 0 || Shape[^3] % key.Shape[^3] != 0))
                throw new ShapeException($"{Name}: {Shape[^3]} query heads cannot share {key.Shape[^3]} key heads evenly.");
            if (window < 0) throw new ShapeException($"{Name}: window {window} must not be negative.");

            var type = DTypes.Promote(DTypes.Promote(DType, key.DType), value.DType);
            if (!type.IsFloating()) type = DType.Float32;
            var (q, k, v) = (WithHeads(To(type)), WithHeads(key.To(type)), WithHeads(value.To(type)));
            Shape scores = [q.Shape[0], q.Shape[1], q.Shape[2], k.Shape[2]];
            var result = Shape.With(Rank - 1, value.Shape[^1]);
            Tensor? bias = null;
            if (mask is not null)
            {
                if (Shape.Broadcast(mask.Shape, scores, Name) != scores) throw new ShapeException($"{Name}: mask {mask.Shape} does not broadcast to {scores}.");
                var additive = mask.DType == DType.Bool ? mask.Where(Zeros([], type, Device), double.NegativeInfinity) : mask;
                bias = additive.To(type).ExpandTo(scores);
            }
            if (result.ElementCount == 0 || k.Shape[2] == 0) return Zeros(result, type, Device);
            var op = new ScaledDotProductAttention(scale ?? 1 / Math.Sqrt(Shape[^1]), window, causal ? 0 : window);
            return (bias is null ? op.Apply(q, k, v) : op.Apply(q, k, v, bias)).Reshape(result);
        }

        private static Tensor WithHeads(Tensor x) => x.Rank switch
        {
            4 => x,
            3 => x.Reshape(x.Shape.Insert(0, 1)),
            _ => x.Reshape(x.Shape.Insert(0, 1).Insert(0, 1)),
        };
    }
}
