namespace CudaNet.Ops;

/// <summary>Samples of attention and of its gradient.</summary>
internal static class AttentionSamples
{
    /// <summary>Lengths, heads that are shared, masks, windows, head sizes that are whole 16 bytes or not, views.</summary>
    /// <param name="apply">The call: inputs, causal, window, whether a bias follows.</param>
    /// <param name="upstream">Whether the gradient of the result is the input before the bias.</param>
    public static IReadOnlyList<Sample> Of(Func<IReadOnlyList<Tensor>, bool, long?, bool, Tensor> apply, bool upstream = false)
    {
        var list = new List<Sample>();
        void Add(string name, Shape query, Shape key, bool causal = false, long? window = null, Shape? bias = null, long? depth = null, SampleView view = SampleView.Contiguous)
        {
            var value = key.With(key.Rank - 1, depth ?? key[^1]);
            // Scores of up to about one: weights that all count.
            Domain domain = new(-1, 1);
            List<SampleInput> inputs = [new(query, domain, view), new(key, domain, view), new(value, domain, view)];
            if (upstream) inputs.Add(new(query.With(query.Rank - 1, value[^1]), domain));
            if (bias is { } shape) inputs.Add(new(shape, Domain.Any));
            // Differences of thousands of elements cost much and tell no more than those of the small ones.
            list.Add(new(name, inputs, x => apply(x, causal, window, bias is not null)) { SumLength = Math.Max(1, query[^1] + key[^2]), Differentiable = query[^2] < 50 });
        }

        Add("one key", [1, 1, 1, 8], [1, 1, 1, 8]);
        Add("heads and batch", [2, 3, 5, 8], [2, 3, 7, 8]);
        Add("small heads", [1, 2, 4, 3], [1, 2, 5, 3]);
        Add("values of another size", [1, 2, 4, 8], [1, 2, 5, 8], depth: 3);
        Add("shared keys", [1, 6, 5, 16], [1, 2, 9, 16], causal: true);
        Add("causal", [1, 2, 6, 8], [1, 2, 6, 8], causal: true);
        Add("causal, fewer queries", [1, 1, 3, 8], [1, 1, 7, 8], causal: true);
        Add("queries that see nothing", [1, 1, 6, 8], [1, 1, 4, 8], causal: true);
        Add("window", [1, 1, 9, 8], [1, 1, 9, 8], window: 2);
        Add("causal window", [1, 2, 9, 8], [1, 1, 9, 8], causal: true, window: 2);
        Add("bias", [2, 2, 5, 8], [2, 1, 6, 8], bias: [2, 2, 5, 6]);
        Add("several tiles", [1, 1, 70, 16], [1, 1, 90, 16], causal: true);
        Add("transposed", [1, 1, 8, 8], [1, 1, 8, 8], view: SampleView.Transposed);
        Add("strided", [1, 2, 5, 8], [1, 2, 5, 8], view: SampleView.Strided);
        if (upstream) return list;
        Add("heads only", [3, 5, 8], [3, 7, 8]);
        Add("a matrix", [5, 8], [7, 8]);
        Add("bias of keys", [2, 2, 5, 8], [2, 2, 6, 8], bias: [2, 1, 1, 6]);
        Add("bias of positions", [2, 2, 5, 8], [2, 2, 6, 8], bias: [5, 6]);
        Add("no queries", [1, 2, 0, 8], [1, 2, 6, 8]);
        list.Add(new("mask", [new([2, 2, 5, 8], Domain.Any), new([2, 2, 6, 8], Domain.Any), new([5, 6], Domain.Mask, Type: DType.Bool)],
            x => x[0].ScaledDotProductAttention(x[1], x[1], x[2]))
        { SumLength = 14 });
        list.Add(new("no keys", [new([1, 2, 3, 8], Domain.Any), new([1, 2, 0, 8], Domain.Any)], x => x[0].ScaledDotProductAttention(x[1], x[1])) { Differentiable = false });
        return list;
    }
}
