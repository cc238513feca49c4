using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>softmax(scale·q·kᵀ + bias)·v (Vaswani et al. 2017). Inputs: queries [B, H, S, D], keys [B, G, L, D] and values [B, G, L, E] whose
    /// heads H/G query heads share, then what the rule names. The result is [B, H, S, E]; with logarithms a vector of it and of ln Σ e^score.</summary>
    /// <remarks>Half types compute in Float32. A query that sees no key gives zeros, the logarithm −∞ and no gradient. The gradient by queries,
    /// keys and values is one op, <see cref="AttentionGrad"/>, which computes the weights again: no matrix of scores is kept.</remarks>
    public sealed record ScaledDotProductAttention(AttentionRule Rule) : Composite<ScaledDotProductAttention>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "ScaledDotProductAttention",
            Formula = "softmax(scale·q·kᵀ + bias)·v",
            ToleranceScale = 4, // exp of a difference, a sum and a division, between two products
            Samples = AttentionSamples.Forward(),
            Refusals =
            [
                new("another head size", () => Tensor.Zeros([2, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 5]), Tensor.Zeros([2, 3, 5])), @"\[2, 3, 4\].*\[2, 3, 5\].*head size"),
                new("keys and values of other lengths", () => Tensor.Zeros([2, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([2, 5, 4])), "one value for each key"),
                new("heads that do not divide", () => Tensor.Zeros([3, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([2, 3, 4])), "3 query heads.*2 key heads"),
                new("a vector", () => Tensor.Zeros([4]).ScaledDotProductAttention(Tensor.Zeros([4]), Tensor.Zeros([4])), @"\[length, depth\]"),
                new("a mask of another length", () => Tensor.Zeros([2, 3, 4]).ScaledDotProductAttention(Tensor.Zeros([2, 3, 4]), Tensor.Zeros([2, 3, 4]), Tensor.Zeros([5])), "broadcast"),
                new("a negative window", () => Tensor.Zeros([3, 4]).ScaledDotProductAttention(Tensor.Zeros([3, 4]), Tensor.Zeros([3, 4]), window: -1), "window -1"),
                new("blocks of another length", () => Tensor.Zeros([3, 4]).ScaledDotProductAttention(Tensor.Zeros([3, 4]), Tensor.Zeros([3, 4]), blocks: BlockMask.Of(3, 5, 2, (_, _) => true)), @"2, 3\] of size 2.*\[1, 1, 2, 2\]"),
                new("a dropout of one", () => Tensor.Zeros([3, 4]).ScaledDotProductAttention(Tensor.Zeros([3, 4]), Tensor.Zeros([3, 4]), dropout: 1), "dropout 1 "),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Half;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            Check(Name, Rule, inputs);
            var result = inputs[0].Shape.With(3, inputs[2].Shape[3]);
            if (!Rule.LogSumExp) return new(result, inputs[0].DType);
            return new([result.ElementCount + result.Slice(0, 3).ElementCount], inputs[0].DType.IsHalf() ? DType.Float32 : inputs[0].DType);
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (query, value) = (inputs[0], inputs[2]);
            var scores = Scores(Rule, inputs);
            var result = Dropped(Rule, inputs, scores.Softmax()).MatMul(value.Widened().Reshape(value.Shape.Insert(2, 1)));
            return Rule.LogSumExp ? Tensor.Concat([result.Flatten(), scores.LogSumExp(-1).Flatten()]) : result.Reshape(query.Shape.With(3, value.Shape[3])).To(query.DType);
        }

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            // A bias is rarely trained: its gradient may take the long way.
            if (Rule.HasBias && context.Needs[Rule.Bias]) return DecomposedVjp(context);
            var upstream = context.Upstream;
            Tensor[] upstreams = [upstream];
            if (Rule.LogSumExp)
            {
                var (result, logarithms) = Unpacked(upstream, context.Inputs[0].Shape.With(3, context.Inputs[2].Shape[3]));
                upstreams = [result.To(context.Inputs[0].DType), logarithms];
            }
            var packed = new AttentionGrad(Rule).Apply([.. context.Inputs, .. upstreams]);
            return [.. AttentionGrad.Parts(packed, context.Inputs), .. context.Inputs.Skip(3).Select(_ => (Tensor?)null)];
        }

        /// <inheritdoc/>
        public override Tensor Vmap(IReadOnlyList<Tensor> inputs, IReadOnlyList<bool> batched)
        {
            // What has a batch of its own meaning goes the long way.
            if (batched.Contains(false) || Rule.LogSumExp || Rule.IsPacked || Rule.BlockSize > 0 || Rule.Dropout > 0) return Composites.Vmap(this, inputs, batched);
            var result = Apply([.. inputs.Select(x => x.Reshape(x.Shape.Slice(2, 3).Insert(0, x.Shape[0] * x.Shape[1])))]);
            return result.Reshape(inputs[0].Shape.With(4, inputs[2].Shape[4]));
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
            2 * inputs[0].Shape.Slice(0, 3).ElementCount * (inputs[0].Shape[3] + inputs[2].Shape[3]) * inputs[1].Shape[2];

        /// <summary>The result and the logarithms as they lie in the vector.</summary>
        internal static (Tensor Result, Tensor LogSumExp) Unpacked(Tensor packed, Shape result)
        {
            var rows = result.Slice(0, 3);
            return (packed.Narrow(0, 0, result.ElementCount).Reshape(result), packed.Narrow(0, result.ElementCount, rows.ElementCount).Reshape(rows));
        }

        internal static void Check(string name, AttentionRule rule, ReadOnlySpan<TensorType> inputs)
        {
            var (q, k, v) = (inputs[0].Shape, inputs[1].Shape, inputs[2].Shape);
            if (q.Rank != 4 || k.Rank != 4 || v.Rank != 4 || q[0] != k[0] || q[3] != k[3] || v.Slice(0, 3) != k.Slice(0, 3) || k[1] == 0 || q[1] % k[1] != 0)
                throw new ShapeException($"{name}: {q}, {k} and {v} are not [batch, heads, queries, depth], [batch, key heads, keys, depth] and [batch, key heads, keys, any], with heads a multiple of key heads.");
            if (rule.IsPacked && (q[0] != 1 || inputs[rule.Starts].Shape.Rank != 1 || inputs[rule.Starts] != inputs[rule.Starts + 1] || inputs[rule.Starts].DType != DType.Int32))
                throw new ShapeException($"{name}: {q} with starts {inputs[rule.Starts]} and {inputs[rule.Starts + 1]} is not one row of packed sequences with i32[sequences + 1] for both.");
            Shape scores = [q[0], q[1], q[2], k[2]];
            if (rule.HasBias && inputs[rule.Bias].Shape != scores) throw new ShapeException($"{name}: bias {inputs[rule.Bias].Shape} must be {scores}.");
            if (rule.Dropout > 0 && inputs[rule.Random] != new TensorType([2], DType.Int64)) throw new ShapeException($"{name}: the state of a stream is i64[2] (seed, draw), not {inputs[rule.Random]}.");
            if (rule.BlockSize > 0) BlockMask.Check(name, inputs[rule.Blocks].Shape, rule.BlockSize, scores);
        }

        /// <summary>The scores in Float32 or wider, [B, G, H/G, S, L]; −∞ where a query does not see a key.</summary>
        internal static Tensor Scores(AttentionRule rule, IReadOnlyList<Tensor> inputs)
        {
            var (query, key) = (inputs[0], inputs[1]);
            var (queries, keys) = (query.Shape[2], key.Shape[2]);
            var scores = Grouped(query, key.Shape[1]).MatMul(key.Widened().Reshape(key.Shape.Insert(2, 1)).TransposeLast()) * rule.Scale;
            if (rule.HasBias) scores += inputs[rule.Bias].Widened().Reshape(scores.Shape);
            void See(Tensor visible) => scores = visible.Where(scores, double.NegativeInfinity);
            var position = Tensor.Arange(keys - queries, keys, 1, DType.Int64, query.Device);
            if (rule.IsPacked)
            {
                var (starts, keyStarts) = (inputs[rule.Starts].To(DType.Int64), inputs[rule.Starts + 1].To(DType.Int64));
                var sequence = VarlenAttention.SequenceOf(starts, queries);
                See(sequence.Unsqueeze(1).Eq(VarlenAttention.SequenceOf(keyStarts, keys)));
                position = Tensor.Arange(0, queries, 1, DType.Int64, query.Device) + (keyStarts - starts).Take(sequence + 1, 0);
            }
            if (rule.Left is not null || rule.Right is not null)
            {
                var distance = Tensor.Arange(0, keys, 1, DType.Int64, query.Device) - position.Unsqueeze(1);
                if (rule.Left is { } before) See(distance >= -before);
                if (rule.Right is { } behind) See(distance <= behind);
            }
            if (rule.BlockSize > 0)
            {
                var visible = BlockMask.Elements(inputs[rule.Blocks], rule.BlockSize, queries, keys);
                See(visible.ExpandTo([query.Shape[0], query.Shape[1], queries, keys]).Reshape(scores.Shape));
            }
            return scores;
        }

        /// <summary>Weights, or their gradients, [B, G, H/G, S, L], with those that are dropped 0 and the others larger.</summary>
        internal static Tensor Dropped(AttentionRule rule, IReadOnlyList<Tensor> inputs, Tensor weights)
        {
            if (rule.Dropout == 0) return weights;
            var (query, keys) = (inputs[0].Shape, inputs[1].Shape[2]);
            var numbers = Draw.Uniform(inputs[rule.Random], [query[0], query[1], query[2], AttentionRule.DrawnKeys(keys)], 0, 1, DType.Float32);
            var kept = numbers.Narrow(3, 0, keys).Reshape(weights.Shape) >= rule.Dropout;
            return kept.Where(weights * (1 / (1 - rule.Dropout)), 0);
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
        /// <param name="blocks">Which blocks of queries and keys see one another; the others cost nothing. Null for all.</param>
        /// <param name="dropout">Share of weights that are dropped, in training; the others grow so that the mean stays.</param>
        /// <param name="random">Decides what is dropped; the default stream if null.</param>
        /// <returns>[batch, heads, queries, any]; zeros where a query sees no key.</returns>
        /// <exception cref="ShapeException">Shapes do not fit, or the dropout is not in 0 … 1.</exception>
        public Tensor ScaledDotProductAttention(
            Tensor key, Tensor value, Tensor? mask = null, bool causal = false, long? window = null, double? scale = null, BlockMask? blocks = null, double dropout = 0, RandomStream? random = null) =>
            Attended(key, value, mask, causal, window, scale, blocks, dropout, random, logarithms: false).Result;

        /// <summary>The same, and the logarithm of each query's Σ e^score, by which attentions to parts of the keys can be joined.</summary>
        /// <inheritdoc cref="ScaledDotProductAttention"/>
        /// <returns>[batch, heads, queries, any], and [batch, heads, queries] in Float32 or wider: −∞ where a query sees no key. Both can be differentiated.</returns>
        public (Tensor Result, Tensor LogSumExp) ScaledDotProductAttentionWithLogSumExp(
            Tensor key, Tensor value, Tensor? mask = null, bool causal = false, long? window = null, double? scale = null, BlockMask? blocks = null, double dropout = 0, RandomStream? random = null)
        {
            var (result, logarithms) = Attended(key, value, mask, causal, window, scale, blocks, dropout, random, logarithms: true);
            return (result, logarithms!);
        }

        private (Tensor Result, Tensor? LogSumExp) Attended(
            Tensor key, Tensor value, Tensor? mask, bool causal, long? window, double? scale, BlockMask? blocks, double dropout, RandomStream? random, bool logarithms)
        {
            const string Name = "ScaledDotProductAttention";
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(value);
            if (Rank is < 2 or > 4 || key.Rank != Rank || value.Rank != Rank)
                throw new ShapeException($"{Name}: queries {Shape}, keys {key.Shape} and values {value.Shape} must all be [length, depth], with heads and batch in front or without.");
            CheckAttention(Name, key, value, Rank - 3, window, dropout);
            if (Rank == 4 && Shape[0] != key.Shape[0]) throw new ShapeException($"{Name}: queries {Shape} and keys {key.Shape} have another batch.");

            var type = AttentionType(this, key, value);
            var (q, k, v) = (WithHeads(To(type)), WithHeads(key.To(type)), WithHeads(value.To(type)));
            Shape scores = [q.Shape[0], q.Shape[1], q.Shape[2], k.Shape[2]];
            var result = Shape.With(Rank - 1, value.Shape[^1]);
            List<Tensor> inputs = [q, k, v];
            if (mask is not null)
            {
                if (Shape.Broadcast(mask.Shape, scores, Name) != scores) throw new ShapeException($"{Name}: mask {mask.Shape} does not broadcast to {scores}.");
                var additive = mask.DType == DType.Bool ? mask.Where(Zeros([], type, Device), double.NegativeInfinity) : mask;
                inputs.Add(additive.To(type).ExpandTo(scores));
            }
            if (blocks is not null)
            {
                BlockMask.Check(Name, blocks.Four.Shape, blocks.Size, scores);
                inputs.Add(blocks.Four);
            }
            var rule = new AttentionRule(scale ?? 1 / Math.Sqrt(Shape[^1]), window, causal ? 0 : window)
            { HasBias = mask is not null, BlockSize = blocks?.Size ?? 0, Dropout = dropout, LogSumExp = logarithms };
            return Applied(rule, inputs, random, result, result.Slice(0, Rank - 1));
        }

        /// <summary>Applies an attention; without queries, keys or values it is zeros and −∞.</summary>
        private static (Tensor Result, Tensor? LogSumExp) Applied(AttentionRule rule, List<Tensor> inputs, RandomStream? random, Shape result, Shape rows)
        {
            var (type, device) = (inputs[0].DType, inputs[0].Device);
            var wide = type.IsHalf() ? DType.Float32 : type;
            if (result.ElementCount == 0 || inputs[1].ElementCount == 0)
                return (Zeros(result, type, device), rule.LogSumExp ? Full(rows, double.NegativeInfinity, wide, device) : null);
            if (rule.Dropout > 0) inputs.Add((random ?? RandomStream.Default).Next());
            var value = new ScaledDotProductAttention(rule).Apply([.. inputs]);
            if (!rule.LogSumExp) return (value.Reshape(result), null);
            var (attended, logarithms) = Ops.ScaledDotProductAttention.Unpacked(value, inputs[0].Shape.With(3, inputs[2].Shape[3]));
            return (attended.To(type).Reshape(result), logarithms.Reshape(rows));
        }

        /// <summary>Refuses keys and values that do not fit these queries, of the same rank.</summary>
        /// <param name="name">Of the operation.</param>
        /// <param name="key">Keys.</param>
        /// <param name="value">Values.</param>
        /// <param name="heads">Axis of the heads; negative for none.</param>
        /// <param name="window">Farthest key that a query sees.</param>
        /// <param name="dropout">Share of weights that are dropped.</param>
        private void CheckAttention(string name, Tensor key, Tensor value, int heads, long? window, double dropout = 0)
        {
            if (Shape[^1] != key.Shape[^1]) throw new ShapeException($"{name}: queries {Shape} and keys {key.Shape} have another head size.");
            if (key.Shape.Slice(0, Rank - 1) != value.Shape.Slice(0, Rank - 1)) throw new ShapeException($"{name}: keys {key.Shape} and values {value.Shape}: there must be one value for each key.");
            if (heads >= 0 && (key.Shape[heads] == 0 || Shape[heads] % key.Shape[heads] != 0))
                throw new ShapeException($"{name}: {Shape[heads]} query heads cannot share {key.Shape[heads]} key heads evenly.");
            if (window < 0) throw new ShapeException($"{name}: window {window} must not be negative.");
            if (dropout is not (>= 0 and < 1)) throw new ShapeException($"{name}: the dropout {dropout} must be at least 0 and below 1.");
        }

        private static DType AttentionType(Tensor query, Tensor key, Tensor value)
        {
            var type = DTypes.Promote(DTypes.Promote(query.DType, key.DType), value.DType);
            return type.IsFloating() ? type : DType.Float32;
        }

        private static Tensor WithHeads(Tensor x) => x.Rank switch
        {
            4 => x,
            3 => x.Reshape(x.Shape.Insert(0, 1)),
            _ => x.Reshape(x.Shape.Insert(0, 1).Insert(0, 1)),
        };
    }
}
