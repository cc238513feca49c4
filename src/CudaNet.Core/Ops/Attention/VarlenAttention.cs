namespace CudaNet.Ops
{
    /// <summary>Attention of sequences of different lengths that lie one behind the other, without padding: <see cref="ScaledDotProductAttention"/>
    /// with a rule that is packed.</summary>
    internal sealed class VarlenAttention : IOpDefinition
    {
        public static OpDefinition Entry { get; } = new()
        {
            Name = "VarlenAttention",
            Formula = "softmax(scale·q·kᵀ)·v within each sequence",
            ToleranceScale = ScaledDotProductAttention.Entry.ToleranceScale,
            Samples =
            [
                Of("one sequence", 2, 2, 8, [0, 5]), Of("sequences", 2, 2, 8, [0, 3, 4, 9]), Of("causal", 2, 1, 8, [0, 3, 4, 9], causal: true), Of("shared keys", 6, 2, 16, [0, 4, 11], causal: true),
                Of("an empty sequence", 1, 1, 8, [0, 3, 3, 7], causal: true), Of("fewer queries", 2, 2, 8, [0, 1, 3], [0, 4, 9], causal: true), Of("fewer keys", 2, 2, 8, [0, 5, 8], [0, 2, 2], causal: true),
                Of("window", 2, 2, 8, [0, 2, 9], causal: true, window: 2), Of("odd head", 1, 1, 3, [0, 2, 6]), Of("several tiles", 1, 1, 16, [0, 40, 42, 130], causal: true),
                Of("logarithms", 2, 2, 8, [0, 3, 4, 9], causal: true, logarithms: true), Of("values of another size", 2, 1, 8, [0, 3, 9], valueDepth: 4), Of("dropout", 2, 2, 8, [0, 3, 9], dropout: 0.3),
                Of("strided", 2, 2, 8, [0, 3, 9], view: SampleView.Strided), Of("no sequences", 1, 1, 8, [0]),
            ],
            Refusals =
            [
                new("a matrix", () => Call([3, 4], [3, 4], 0, 3), @"\[rows, heads, depth\]"),
                new("starts of other numbers", () => Tensor.Zeros([3, 1, 4]).VarlenAttention(Tensor.Zeros([3, 1, 4]), Tensor.Zeros([3, 1, 4]), Tensor.From(0, 3), Tensor.From(0, 1, 3)), @"\[2\].*\[3\].*as many"),
                new("another head size", () => Call([3, 1, 4], [3, 1, 5], 0, 3), "head size"),
                new("heads that do not divide", () => Call([3, 3, 4], [3, 2, 4], 0, 3), "3 query heads.*2 key heads"),
                new("starts that end early", () => Call([3, 1, 4], [3, 1, 4], 0, 2), "2.*3"),
                new("starts that fall", () => Call([3, 1, 4], [3, 1, 4], 0, 4, 3), "4.*3"),
            ],
        };

        /// <summary>The sequence of each of so many rows, Int64 [rows]: those that begin at a row or before it, less one.</summary>
        internal static Tensor SequenceOf(Tensor starts, long rows) =>
            (Tensor.Arange(0, rows, 1, DType.Int64, starts.Device).Unsqueeze(1) >= starts.Narrow(0, 1, starts.Shape[0] - 1).To(DType.Int64)).To(DType.Int64).Sum(1);

        private static Tensor Call(Shape query, Shape key, params int[] starts) =>
            Tensor.Zeros(query).VarlenAttention(Tensor.Zeros(key), Tensor.Zeros(key), Tensor.From(starts)).Sum();

        private static Sample Of(
            string name, long heads, long keyHeads, long depth, int[] starts, int[]? keyStarts = null, bool causal = false, long? window = null, long? valueDepth = null, bool logarithms = false, double dropout = 0, SampleView view = SampleView.Contiguous)
        {
            var keys = (keyStarts ?? starts)[^1];
            Domain domain = new(-1, 1);
            return new(name, [new([starts[^1], heads, depth], domain, view), new([keys, keyHeads, depth], domain, view), new([keys, keyHeads, valueDepth ?? depth], domain, view)], x =>
            {
                // In proportion, where the sample is tried with other numbers of rows.
                Tensor Starts(int[] values, long rows) => Tensor.From([.. values.Select(value => (int)(value * rows / Math.Max(1, values[^1])))], [values.Length], x[0].Device);
                var random = dropout > 0 ? new RandomStream(5, x[0].Device) : null;
                var (queries, ends) = (Starts(starts, x[0].Shape[0]), Starts(keyStarts ?? starts, x[1].Shape[0]));
                if (!logarithms) return x[0].VarlenAttention(x[1], x[2], queries, ends, causal, window, dropout: dropout, random: random);
                var (result, sums) = x[0].VarlenAttentionWithLogSumExp(x[1], x[2], queries, ends, causal, window, dropout: dropout, random: random);
                return Tensor.Concat([result.Flatten(), sums.To(result.DType).Flatten()]);
            })
            { SumLength = depth + keys, Differentiable = keys < 50 };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Attention of sequences of different lengths that lie one behind the other: each query sees the keys of its own sequence.
        /// Nothing is computed for padding, because there is none.</summary>
        /// <param name="key">[key rows, key heads, depth]; this is [rows, heads, depth].</param>
        /// <param name="value">[key rows, key heads, any].</param>
        /// <param name="starts">Integers [sequences + 1]: 0, where each further sequence of queries begins, and their number (PyTorch's cu_seq).</param>
        /// <param name="keyStarts">The same of the keys; those of the queries if null.</param>
        /// <param name="causal">A query sees no key behind its own position; the last query of a sequence has the position of its last key.</param>
        /// <param name="window">Farthest key that a query sees, in positions from its own; null for all.</param>
        /// <param name="scale">Factor of the scores; null for 1/√depth.</param>
        /// <param name="dropout">Share of weights that are dropped, in training; the others grow so that the mean stays.</param>
        /// <param name="random">Decides what is dropped; the default stream if null.</param>
        /// <returns>[rows, heads, any]; zeros where a query sees no key.</returns>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        /// <exception cref="IndexValueException">When it runs: starts do not begin with 0, fall, or do not end with the number of rows.</exception>
        public Tensor VarlenAttention(
            Tensor key, Tensor value, Tensor starts, Tensor? keyStarts = null, bool causal = false, long? window = null, double? scale = null, double dropout = 0, RandomStream? random = null) =>
            AttendedPacked(key, value, starts, keyStarts, causal, window, scale, dropout, random, logarithms: false).Result;

        /// <summary>The same, and the logarithm of each query's Σ e^score.</summary>
        /// <inheritdoc cref="VarlenAttention"/>
        /// <returns>[rows, heads, any], and [rows, heads] in Float32 or wider: −∞ where a query sees no key. Both can be differentiated.</returns>
        public (Tensor Result, Tensor LogSumExp) VarlenAttentionWithLogSumExp(
            Tensor key, Tensor value, Tensor starts, Tensor? keyStarts = null, bool causal = false, long? window = null, double? scale = null, double dropout = 0, RandomStream? random = null)
        {
            var (result, logarithms) = AttendedPacked(key, value, starts, keyStarts, causal, window, scale, dropout, random, logarithms: true);
            return (result, logarithms!);
        }

        private (Tensor Result, Tensor? LogSumExp) AttendedPacked(
            Tensor key, Tensor value, Tensor starts, Tensor? keyStarts, bool causal, long? window, double? scale, double dropout, RandomStream? random, bool logarithms)
        {
            const string Name = "VarlenAttention";
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(value);
            ArgumentNullException.ThrowIfNull(starts);
            var ends = keyStarts ?? starts;
            if (Rank != 3 || key.Rank != 3 || value.Rank != 3)
                throw new ShapeException($"{Name}: queries {Shape}, keys {key.Shape} and values {value.Shape} must all be [rows, heads, depth].");
            if (starts.Rank != 1 || starts.Shape[0] < 1 || ends.Shape != starts.Shape)
                throw new ShapeException($"{Name}: starts {starts.Shape} of queries and {ends.Shape} of keys must be [sequences + 1], as many of both.");
            CheckAttention(Name, key, value, 1, window, dropout);

            var type = AttentionType(this, key, value);
            // The op wants heads before rows; a view does.
            Tensor Heads(Tensor x) => x.To(type).Permute(1, 0, 2).Unsqueeze(0);
            var rule = new AttentionRule(scale ?? 1 / Math.Sqrt(Shape[2]), window, causal ? 0 : window) { IsPacked = true, Dropout = dropout, LogSumExp = logarithms };
            var (result, sums) = Applied(rule, [Heads(this), Heads(key), Heads(value), starts.To(DType.Int32), ends.To(DType.Int32)], random, [Shape[1], Shape[0], value.Shape[2]], [Shape[1], Shape[0]]);
            return (result.Permute(1, 0, 2), sums?.T);
        }
    }
}
