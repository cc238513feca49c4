namespace CudaNet.Nn.Generation;

/// <summary>Continues texts with a model, token by token over a cache.</summary>
/// <remarks>Drawing depends on seed and place alone. Not for several threads at once.</remarks>
public sealed class Generator
{
    private const int PromptStep = 16; // prompts are filled up to multiples of it, so that one plan serves many

    private readonly Func<long, KvCache> _makeCache;

    /// <summary>A generator.</summary>
    /// <param name="model">The model; it is switched to evaluation.</param>
    /// <param name="makeCache">Makes a cache for a number of rows; one that grows if null, or a ring where the model has a window.</param>
    public Generator(CausalModel model, Func<long, KvCache>? makeCache = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model.Eval();
        _makeCache = makeCache ?? (batch => model.Window is { } window
            ? new SlidingKvCache(model.CacheShape, batch, window + 1)
            : new StaticKvCache(model.CacheShape, batch, Math.Min(128, model.MaxLength ?? 128), grows: true));
    }

    /// <summary>The model.</summary>
    public CausalModel Model { get; }

    /// <summary>Continues one text.</summary>
    /// <param name="prompt">Its tokens so far, one at least.</param>
    /// <param name="options">How.</param>
    /// <param name="onToken">Called with each new token at once; for beams with the best text at the end.</param>
    /// <param name="cancellation">Ends it with what there is.</param>
    /// <returns>The new tokens; an end token is the last.</returns>
    /// <exception cref="ArgumentException">The prompt is empty or has unknown tokens, or an option makes no sense.</exception>
    /// <exception cref="ShapeException">The prompt is longer than the model's positions.</exception>
    public long[] Generate(ReadOnlySpan<long> prompt, GenerationOptions? options = null, Action<long>? onToken = null, CancellationToken cancellation = default)
    {
        options ??= new();
        options.Check(Model.Vocabulary);
        CheckPrompt(prompt);
        if (options.Beams > 1)
        {
            var best = BeamSearch.Run(this, prompt, options, cancellation)[0].Tokens;
            foreach (var token in best) onToken?.Invoke(token);
            return best;
        }
        return Batch([prompt.ToArray()], options, onToken is null ? null : (_, token) => onToken(token), cancellation)[0];
    }

    /// <summary>Continues several texts together; each is what it would be alone with the same seed.</summary>
    /// <inheritdoc cref="Generate"/>
    public long[][] Batch(IReadOnlyList<long[]> prompts, GenerationOptions? options = null, Action<int, long>? onToken = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new();
        options.Check(Model.Vocabulary);
        foreach (var prompt in prompts) CheckPrompt(prompt);
        var results = prompts.Select(_ => new List<long>()).ToArray();
        var (cache, steps) = Start(prompts.Count);
        var logits = Prefill(cache, steps, prompts);
        var ended = new bool[prompts.Count];
        for (var k = 0; k < options.MaxTokens && !cancellation.IsCancellationRequested; k++)
        {
            var next = new long[prompts.Count];
            for (var row = 0; row < next.Length; row++)
            {
                if (ended[row]) continue;
                var scores = logits.AsSpan(row * Model.Vocabulary, Model.Vocabulary);
                next[row] = TokenSampler.Draw(TokenSampler.Probabilities(scores, options, prompts[row].Concat(results[row])), options.Seed, k);
                results[row].Add(next[row]);
                onToken?.Invoke(row, next[row]);
                ended[row] = options.EndTokens.Contains(next[row]) || prompts[row].Length + results[row].Count >= Model.MaxLength;
            }
            if (!ended.Contains(false) || k + 1 == options.MaxTokens) break;
            logits = steps.Run(next, new long[next.Length]);
            // A row that has ended does not grow: the others decide how far queries look.
            cache.SetLengths([.. cache.Lengths.Select((length, row) => ended[row] ? length : length + 1)]);
        }
        return [.. results.Select(tokens => tokens.ToArray())];
    }

    /// <summary>Beams of a text with their scores, best first.</summary>
    /// <inheritdoc cref="Generate"/>
    public IReadOnlyList<Beam> Beams(ReadOnlySpan<long> prompt, GenerationOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check(Model.Vocabulary);
        CheckPrompt(prompt);
        return BeamSearch.Run(this, prompt, options, cancellation);
    }

    internal (KvCache Cache, DecodingSteps Steps) Start(long rows)
    {
        var cache = _makeCache(rows);
        return (cache, new(Model, cache));
    }

    internal float[] Prefill(KvCache cache, DecodingSteps steps, IReadOnlyList<long[]> prompts)
    {
        long longest = prompts.Max(prompt => prompt.Length);
        // What fills up lies behind the last token, where no query looks and the next token is written; a ring has no room behind.
        var isRing = cache is SlidingKvCache;
        if (isRing && prompts.Any(prompt => prompt.Length != longest))
            throw new CacheException("Generator: texts of different lengths cannot begin together in a ring. Give them one by one, or another cache.");
        var count = isRing ? longest : Math.Min(Model.MaxLength ?? long.MaxValue, (longest + PromptStep - 1) / PromptStep * PromptStep);
        var tokens = new long[prompts.Count * count];
        for (var row = 0; row < prompts.Count; row++) prompts[row].CopyTo(tokens, row * count);
        var logits = steps.Run(tokens, [.. prompts.Select(prompt => prompt.Length - 1L)]);
        cache.SetLengths([.. prompts.Select(prompt => (long)prompt.Length)]);
        return logits;
    }

    private void CheckPrompt(ReadOnlySpan<long> prompt)
    {
        if (prompt.Length == 0) throw new ArgumentException("Generator: the prompt is empty. Give one token at least: a line break, or the token that begins texts.", nameof(prompt));
        foreach (var token in prompt)
            if (token < 0 || token >= Model.Vocabulary) throw new ArgumentException($"Generator: token {token} is not one of the model's {Model.Vocabulary}. Use the tokenizer that the model was trained with.", nameof(prompt));
        if (prompt.Length > Model.MaxLength) throw new ShapeException($"Generator: the prompt has {prompt.Length} tokens, but positions end at {Model.MaxLength}. Give its last part.");
    }
}
