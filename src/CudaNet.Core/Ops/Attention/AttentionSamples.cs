namespace CudaNet.Ops;

/// <summary>Samples of attention and of its gradient.</summary>
internal static class AttentionSamples
{
    // Scores of up to about one: weights that all count.
    private static readonly Domain Small = new(-1, 1);

    /// <summary>A kind of attention that is worth a sample.</summary>
    /// <param name="Name">What is special about it.</param>
    /// <param name="Query">[B, H, S, D].</param>
    /// <param name="Key">[B, G, L, D].</param>
    /// <param name="Rule">The rule.</param>
    private sealed record Case(string Name, Shape Query, Shape Key, AttentionRule Rule)
    {
        public SampleView View { get; init; }

        /// <summary>Size of a value; 0 for that of a key.</summary>
        public long Depth { get; init; }

        public Shape Value => Depth == 0 ? Key : Key.With(3, Depth);

        /// <summary>Inputs behind queries, keys and values.</summary>
        public IEnumerable<SampleInput> Others()
        {
            if (Rule.HasBias) yield return new([Query[0], Query[1], Query[2], Key[2]], Domain.Any);
            if (Rule.BlockSize > 0) yield return new([1, Query[1], BlockMask.Count(Query[2], Rule.BlockSize), BlockMask.Count(Key[2], Rule.BlockSize)], Domain.Mask, Type: DType.Bool);
            if (Rule.Dropout > 0) yield return new([2], Domain.Integers(0, 1000), Type: DType.Int64);
        }

        public Sample Sample(IEnumerable<SampleInput> inputs, Func<IReadOnlyList<Tensor>, Tensor> apply) =>
            // Differences of thousands of elements cost much and tell no more than those of the small ones.
            new(Name, [.. inputs], apply) { SumLength = Math.Max(1, Query[3] + Key[2]), Differentiable = Query[2] < 50 };
    }

    /// <summary>Lengths, heads that are shared, masks, windows, blocks, dropout, head sizes that are whole 16 bytes or not, views.</summary>
    private static IEnumerable<Case> Cases()
    {
        AttentionRule all = new(0.7), causal = new(0.7, Right: 0), window = new(0.7, 2, 2), both = new(0.7, 2, 0);
        yield return new("one key", [1, 1, 1, 8], [1, 1, 1, 8], all);
        yield return new("heads and batch", [2, 3, 5, 8], [2, 3, 7, 8], all);
        yield return new("small heads", [1, 2, 4, 3], [1, 2, 5, 3], all);
        yield return new("values of another size", [1, 2, 4, 8], [1, 2, 5, 8], all) { Depth = 3 };
        yield return new("shared keys", [1, 6, 5, 16], [1, 2, 9, 16], causal);
        yield return new("causal", [1, 2, 6, 8], [1, 2, 6, 8], causal);
        yield return new("causal, fewer queries", [1, 1, 3, 8], [1, 1, 7, 8], causal);
        yield return new("queries that see nothing", [1, 1, 6, 8], [1, 1, 4, 8], causal);
        yield return new("window", [1, 1, 9, 8], [1, 1, 9, 8], window);
        yield return new("causal window", [1, 2, 9, 8], [1, 1, 9, 8], both);
        yield return new("bias", [2, 2, 5, 8], [2, 1, 6, 8], all with { HasBias = true });
        yield return new("several tiles", [1, 1, 70, 16], [1, 1, 90, 16], causal);
        yield return new("transposed", [1, 1, 8, 8], [1, 1, 8, 8], all) { View = SampleView.Transposed };
        yield return new("strided", [1, 2, 5, 8], [1, 2, 5, 8], all) { View = SampleView.Strided };
        yield return new("logarithms", [2, 2, 5, 8], [2, 1, 7, 8], causal with { LogSumExp = true });
        yield return new("logarithms of a few queries", [1, 4, 1, 8], [1, 2, 7, 8], all with { LogSumExp = true });
        yield return new("blocks", [2, 2, 7, 8], [2, 1, 9, 8], all with { BlockSize = 2 });
        yield return new("blocks of one", [1, 2, 5, 8], [1, 2, 6, 8], causal with { BlockSize = 1 });
        yield return new("blocks of several tiles", [1, 1, 150, 16], [1, 1, 170, 16], causal with { BlockSize = 16 });
        yield return new("one block", [1, 1, 4, 8], [1, 1, 6, 8], all with { BlockSize = 100 });
        yield return new("dropout", [2, 2, 9, 8], [2, 1, 11, 8], causal with { Dropout = 0.3 });
        yield return new("dropout of several tiles", [1, 1, 70, 16], [1, 1, 90, 16], all with { Dropout = 0.8 });
        yield return new("all at once", [2, 2, 9, 8], [2, 1, 11, 8], new(0.7, 6, 1) { HasBias = true, BlockSize = 3, Dropout = 0.3, LogSumExp = true });
    }

    /// <summary>Samples of attention.</summary>
    public static IReadOnlyList<Sample> Forward()
    {
        List<Sample> list = [];
        foreach (var x in Cases())
        {
            var inputs = new SampleInput[] { new(x.Query, Small, x.View), new(x.Key, Small, x.View), new(x.Value, Small, x.View) }.Concat(x.Others());
            list.Add(x.Sample(inputs, tensors =>
            {
                var value = new ScaledDotProductAttention(x.Rule).Apply([.. tensors]);
                // A query that sees nothing has the logarithm −∞, of which there are no differences. Tensor cores round the weights of half
                // types, so that the result is no more exact than those, although it is wide.
                return x.Rule.LogSumExp ? value.IsFinite().Where(value, 0).To(tensors[0].DType) : value;
            }));
        }
        void Add(string name, Shape query, Shape key, Shape? mask = null) => list.Add(new(
            name, [new(query, Small), new(key, Small), .. mask is { } shape ? new[] { new SampleInput(shape, Domain.Any) } : []], x => x[0].ScaledDotProductAttention(x[1], x[1], x.ElementAtOrDefault(2)))
        { SumLength = 16 });
        Add("heads only", [3, 5, 8], [3, 7, 8]);
        Add("a matrix", [5, 8], [7, 8]);
        Add("bias of keys", [2, 2, 5, 8], [2, 2, 6, 8], [2, 1, 1, 6]);
        Add("bias of positions", [2, 2, 5, 8], [2, 2, 6, 8], [5, 6]);
        Add("no queries", [1, 2, 0, 8], [1, 2, 6, 8]);
        list.Add(new("mask", [new([2, 2, 5, 8], Domain.Any), new([2, 2, 6, 8], Domain.Any), new([5, 6], Domain.Mask, Type: DType.Bool)], x => x[0].ScaledDotProductAttention(x[1], x[1], x[2])) { SumLength = 14 });
        list.Add(new("no keys", [new([1, 2, 3, 8], Domain.Any), new([1, 2, 0, 8], Domain.Any)], x => x[0].ScaledDotProductAttention(x[1], x[1])) { Differentiable = false });
        return list;
    }

    /// <summary>Samples of its gradient.</summary>
    public static IReadOnlyList<Sample> OfGradient() =>
    [
        .. Cases().Select(x => x.Sample(
            [
                new(x.Query, Small, x.View), new(x.Key, Small, x.View), new(x.Value, Small, x.View), .. x.Others(), new(x.Query.With(3, x.Value[3]), Small),
                .. x.Rule.LogSumExp ? new[] { new SampleInput(x.Query.Slice(0, 3), Small) } : [],
            ],
            tensors => new AttentionGrad(x.Rule).Apply([.. tensors.Take(x.Rule.Upstream + 1), .. tensors.Skip(x.Rule.Upstream + 1).Select(log => log.Widened())]))),
    ];
}
