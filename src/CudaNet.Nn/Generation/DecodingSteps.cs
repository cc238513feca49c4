namespace CudaNet.Nn.Generation;

/// <summary>Passes of a model over a cache, compiled once for each shape and state of the cache that matters.</summary>
internal sealed class DecodingSteps(CausalModel model, KvCache cache)
{
    private readonly Dictionary<(long Count, (long, long, bool) Signature), Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>>> _steps = [];

    /// <summary>Appends tokens to the cache and gives the logits behind the last one of each row.</summary>
    /// <param name="tokens">[batch, count], row by row.</param>
    /// <param name="last">Number of each row's last token that counts, from 0.</param>
    /// <returns>[batch, vocabulary], row by row.</returns>
    public float[] Run(long[] tokens, long[] last)
    {
        long batch = cache.Batch, count = tokens.Length / batch;
        cache.Reserve(count);
        var key = (count, cache.Signature(count));
        if (!_steps.TryGetValue(key, out var step))
        {
            // Spans grow: the steps of shorter ones are not needed again.
            if (_steps.Count > 8) _steps.Clear();
            _steps[key] = step = Compiled.Of(x =>
            {
                var hidden = model.Hidden(x[0], cache);
                var rows = hidden.Flatten(0, 1).Take(Tensor.Arange(0, batch, 1, DType.Int64, x[0].Device) * count + x[1], 0);
                return [model.Head(rows.Unsqueeze(1)).To(DType.Float32)];
            });
        }
        return step([Tensor.From(tokens, [batch, count], cache.Device), Tensor.From(last, [batch], cache.Device)])[0].ToArray<float>();
    }
}
