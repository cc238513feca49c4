namespace CudaNet.Ops
{
    /// <summary>Attention of the newest queries to a cache in pages: softmax(scale·q·kᵀ)·v over the keys up to each query's own position.
    /// Inputs: queries [B, H, S, D], keys [P, G, R, D] and values [P, G, R, E] whose heads H/G query heads share, table [B, M] and lengths [B]
    /// of Int32. Key i of sequence b is row i mod R of page table[b, i div R]; query s of S has position lengths[b] − S + s. Keys and values
    /// may be of a half type beside wider queries, or bytes as QuantizeRows makes them, whose scales [P, G, R, 1] of keys and of values
    /// are two further inputs.</summary>
    /// <param name="Scale">Factor of the scores.</param>
    /// <param name="Left">Keys that a query sees before its own position; null for all.</param>
    /// <remarks>Pages after Kwon et al. 2023. Bytes read are those of the keys that are seen: nothing is gathered, and neither the room that
    /// is reserved nor a mask is read. A query that sees no key gives zeros.</remarks>
    public sealed record CachedAttention(double Scale, long? Left) : Composite<CachedAttention>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "CachedAttention",
            Formula = "softmax(scale·q·kᵀ)·v over pages",
            ToleranceScale = 4, // as ScaledDotProductAttention
            Samples =
            [
                Of("one page", [1, 1, 1, 8], [1, 1, 4, 8], 1), Of("pages", [2, 2, 1, 8], [7, 2, 3, 8], 4), Of("shared keys", [3, 6, 1, 16], [5, 2, 4, 16], 3),
                Of("several queries", [2, 4, 3, 8], [6, 2, 4, 8], 3), Of("window", [2, 2, 2, 8], [6, 1, 4, 8], 4, window: 2), Of("values of another size", [2, 2, 1, 8], [4, 1, 4, 8], 2, depth: 4),
                Of("longer than a tile", [1, 2, 1, 16], [12, 1, 16, 16], 11), Of("odd sizes", [1, 3, 2, 5], [4, 3, 3, 5], 3), Of("rows of pages apart", [2, 2, 1, 8], [5, 2, 4, 8], 3, view: SampleView.Transposed),
                Of("no sequences", [0, 2, 1, 8], [4, 2, 4, 8], 2),
                Of("16 bits", [2, 2, 1, 16], [7, 2, 3, 16], 4, type: DType.BFloat16), Of("16 bits, several queries", [2, 4, 2, 16], [6, 2, 4, 16], 3, type: DType.Float16),
                Of("8 bits", [2, 2, 1, 16], [7, 2, 3, 16], 4, type: DType.UInt8), Of("8 bits, shared keys, a window", [2, 4, 2, 16], [6, 2, 4, 16], 3, window: 3, type: DType.UInt8),
                Of("8 bits, values of another size", [1, 2, 1, 16], [3, 1, 5, 16], 3, depth: 7, type: DType.UInt8), Of("8 bits, longer than a tile", [1, 2, 1, 32], [12, 1, 16, 32], 11, type: DType.UInt8),
            ],
            Refusals =
            [
                new("another head size", () => Call([1, 2, 1, 4], [3, 2, 4, 5], [1, 2], [1]), @"\[1, 2, 1, 4\].*\[3, 2, 4, 5\].*head size"),
                new("heads that do not divide", () => Call([1, 3, 1, 4], [3, 2, 4, 4], [1, 2], [1]), "3 query heads.*2 key heads"),
                new("a table of another batch", () => Call([2, 2, 1, 4], [3, 2, 4, 4], [1, 2], [2]), @"table \[1, 2\].*\[2, pages\]"),
                new("lengths of another batch", () => Call([2, 2, 1, 4], [3, 2, 4, 4], [2, 2], [1]), @"lengths \[1\].*\[2\]"),
                new("a matrix", () => Call([2, 4], [3, 2, 4, 4], [2, 2], [2]), @"\[batch, heads, queries, depth\]"),
                new("bytes without scales", () => Tensor.Zeros([1, 1, 1, 4]).CachedAttention(Tensor.Zeros([1, 1, 4, 4], DType.UInt8), Tensor.Zeros([1, 1, 4, 4], DType.UInt8), Tensor.Zeros([1, 1], DType.Int32), Tensor.Zeros([1], DType.Int32)), "bytes.*scales"),
                new("scales of another shape", () => Tensor.Zeros([1, 1, 1, 4]).CachedAttention(Tensor.Zeros([1, 1, 4, 4], DType.UInt8), Tensor.Zeros([1, 1, 4, 4], DType.UInt8), Tensor.Zeros([1, 1], DType.Int32), Tensor.Zeros([1], DType.Int32), keyScales: Tensor.Ones([4]), valueScales: Tensor.Ones([4])), @"\[4\].*\[1, 1, 4, 1\]"),
                new("a negative window", () => Tensor.Zeros([1, 1, 1, 4]).CachedAttention(Tensor.Zeros([1, 1, 4, 4]), Tensor.Zeros([1, 1, 4, 4]), Tensor.Zeros([1, 1], DType.Int32), Tensor.Zeros([1], DType.Int32), window: -1), "window -1"),
            ],
        };

        /// <inheritdoc/>
        public override Precision Precision => Precision.Half;

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(inputs[0].Shape.With(3, inputs[2].Shape[3]), inputs[0].DType);

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (query, table) = (inputs[0], inputs[3].To(DType.Int64));
            long batch = query.Shape[0], queries = query.Shape[2], keys = table.Shape[1] * inputs[1].Shape[2];
            var lengths = inputs[4].To(DType.Int64).Minimum(keys);
            // [B, M, G, R, D] as [B, G, M·R, D].
            Tensor Taken(Tensor pages) => pages.Take(table, 0).Permute(0, 2, 1, 3, 4).Reshape(batch, pages.Shape[1], keys, pages.Shape[3]).To(query.DType);
            Tensor Rows(int input) => inputs.Count > 5 ? (Taken(inputs[input]) - QuantizedMatMul.Zero) * Taken(inputs[input + 4]) : Taken(inputs[input]);
            var own = lengths.Unsqueeze(1) + Tensor.Arange(-queries, 0, 1, DType.Int64, query.Device);
            var distance = Tensor.Arange(0, keys, 1, DType.Int64, query.Device) - own.Unsqueeze(2);
            var seen = distance <= 0;
            if (Left is { } left) seen &= distance >= -left;
            return query.ScaledDotProductAttention(Rows(1), Rows(2), seen.Unsqueeze(1), scale: Scale);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
            2 * (inputs[0].Shape.ElementCount + output.Shape.ElementCount) * inputs[3].Shape[1] * inputs[1].Shape[2];

        private static Tensor Call(Shape query, Shape keys, Shape table, Shape lengths) =>
            Tensor.Zeros(query).CachedAttention(Tensor.Zeros(keys), Tensor.Zeros(keys), Tensor.Zeros(table, DType.Int32), Tensor.Zeros(lengths, DType.Int32));

        private static Sample Of(string name, Shape query, Shape keys, long pages, long? window = null, long? depth = null, SampleView view = SampleView.Contiguous, DType? type = null)
        {
            // Scores of up to about one: weights that all count.
            Domain domain = new(-1, 1), rows = type == DType.UInt8 ? Domain.Integers(0, 255) : domain;
            // Half rows beside half queries are another case; the tensors under test may be wider or not.
            SampleInput Rows(Shape shape) => new(shape, rows, view, type);
            SampleInput[] scales = type == DType.UInt8 ? [new(keys.With(3, 1), new(0.004, 0.008), Type: DType.Float32), new(keys.With(3, 1), new(0.004, 0.008), Type: DType.Float32)] : [];
            return new(name,
                [
                    new(query, domain), Rows(keys), Rows(keys.With(3, depth ?? keys[3])),
                    new([query[0], pages], Domain.Integers(0, keys[0] - 1), Type: DType.Int32), new([query[0]], Domain.Integers(0, pages * keys[2]), Type: DType.Int32), .. scales,
                ],
                x => x[0].CachedAttention(x[1], x[2], x[3], x[4], window, keyScales: x.ElementAtOrDefault(5), valueScales: x.ElementAtOrDefault(6)))
            // A step of the differences would be lost in rows of 16 bits, and a row of 8 has no gradient of its own.
            { SumLength = query[3] + pages * keys[2], Differentiable = type is null };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Attention of these queries [batch, heads, queries, depth], the newest of their sequences, to caches in pages. Each query
        /// sees the keys up to its own position, that is the last one for the last query.</summary>
        /// <param name="keys">[pages, key heads, rows, depth]. Fewer heads than those of the queries are shared by equally many each.</param>
        /// <param name="values">[pages, key heads, rows, any].</param>
        /// <param name="table">Int32 [batch, pages of a sequence]: which pages a sequence has, in order. Entries behind its length are not used, but must be pages.</param>
        /// <param name="lengths">Int32 [batch]: keys of each sequence, with those of its queries; more than the table has room for are all.</param>
        /// <param name="window">Farthest key that a query sees, in positions from its own; null for all.</param>
        /// <param name="scale">Factor of the scores; null for 1/√depth.</param>
        /// <param name="keyScales">[pages, key heads, rows, 1] for keys that are bytes, as <see cref="QuantizeRows"/> gives both.</param>
        /// <param name="valueScales">The same of values.</param>
        /// <returns>[batch, heads, queries, any]; zeros where a query sees no key.</returns>
        /// <remarks>Keys and values of 16 or 8 bits are read as they are: nothing is widened in memory.</remarks>
        /// <exception cref="ShapeException">Shapes do not fit.</exception>
        /// <exception cref="DTypeException">Bytes have no scales.</exception>
        public Tensor CachedAttention(Tensor keys, Tensor values, Tensor table, Tensor lengths, long? window = null, double? scale = null, Tensor? keyScales = null, Tensor? valueScales = null)
        {
            const string Name = "CachedAttention";
            ArgumentNullException.ThrowIfNull(keys);
            ArgumentNullException.ThrowIfNull(values);
            ArgumentNullException.ThrowIfNull(table);
            ArgumentNullException.ThrowIfNull(lengths);
            if (Rank != 4 || keys.Rank != 4 || values.Rank != 4)
                throw new ShapeException($"{Name}: queries {Shape}, keys {keys.Shape} and values {values.Shape} must be [batch, heads, queries, depth] and twice [pages, key heads, rows, depth].");
            CheckAttention(Name, keys, values, 1, window);
            if (table.Rank != 2 || table.Shape[0] != Shape[0]) throw new ShapeException($"{Name}: table {table.Shape} is not [{Shape[0]}, pages] for queries {Shape}.");
            if (lengths.Rank != 1 || lengths.Shape[0] != Shape[0]) throw new ShapeException($"{Name}: lengths {lengths.Shape} are not [{Shape[0]}] for queries {Shape}.");

            var isQuantized = keys.DType == DType.UInt8 || values.DType == DType.UInt8;
            if (isQuantized && (keys.DType != values.DType || keyScales is null || valueScales is null))
                throw new DTypeException($"{Name}: keys {keys.DType.ShortName()} and values {values.DType.ShortName()}: both must be bytes, with scales of both. QuantizeRows makes them.");
            foreach (var scales in isQuantized ? [keyScales!, valueScales!] : Array.Empty<Tensor>())
                if (scales.Shape != keys.Shape.With(3, 1)) throw new ShapeException($"{Name}: scales {scales.Shape} must be {keys.Shape.With(3, 1)}, one a row.");

            // Rows of a narrow type stay as they are beside wider queries; beside halves of another kind the queries are widened.
            var type = isQuantized ? this.Floating().Widened().DType : AttentionType(this, keys, values);
            var kept = isQuantized ? DType.UInt8 : keys.DType == values.DType && keys.DType.IsHalf() ? keys.DType : type;
            var result = Shape.With(3, values.Shape[3]);
            var room = table.Shape[1] * keys.Shape[2];
            if (result.ElementCount == 0 || room == 0) return Zeros(result, type, Device);
            Tensor[] inputs = [To(type), keys.To(kept), values.To(kept), table.To(DType.Int32), lengths.To(DType.Int32)];
            if (isQuantized) inputs = [.. inputs, keyScales!.To(DType.Float32), valueScales!.To(DType.Float32)];
            return new CachedAttention(scale ?? 1 / Math.Sqrt(Shape[3]), window).Apply(inputs).To(isQuantized && DType.IsFloating() ? DType : type);
        }
    }
}
