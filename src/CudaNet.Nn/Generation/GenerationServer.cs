namespace CudaNet.Nn.Generation;

/// <summary>Continues many texts at once over pages: a text that ends makes room for the next at once, and texts that begin alike share the pages
/// of their beginning.</summary>
/// <remarks>Continuous batching: Yu et al. 2022. Each step takes one token of each text through the model, of its prompt or the last one drawn.</remarks>
public sealed class GenerationServer
{
    private readonly CausalModel _model;
    private readonly PagedKvCache _cache;
    private readonly DecodingSteps _steps;
    private readonly Queue<GenerationRequest> _waiting = new();
    private readonly GenerationRequest?[] _rows;

    /// <summary>A server.</summary>
    /// <param name="model">The model; it is switched to evaluation.</param>
    /// <param name="rows">Texts at once.</param>
    /// <param name="pages">Pages of the pool.</param>
    /// <param name="pageSize">Tokens of a page.</param>
    /// <param name="storage">Element type of the cache.</param>
    public GenerationServer(CausalModel model, int rows, int pages, int pageSize = 16, KvStorage storage = KvStorage.Float32)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model.Eval();
        _cache = new(model.CacheShape, rows, pages, pageSize, Math.Min((long)pages * pageSize, model.MaxLength ?? long.MaxValue), storage);
        _steps = new(model, _cache);
        _rows = new GenerationRequest?[rows];
    }

    /// <summary>The cache.</summary>
    public PagedKvCache Cache => _cache;

    /// <summary>Texts in work.</summary>
    public int ActiveCount => _rows.Count(request => request is not null);

    /// <summary>Texts that wait for a row or for pages.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Tokens that were taken over from another text's pages instead of being computed.</summary>
    public long SharedTokens { get; private set; }

    /// <summary>Adds a text.</summary>
    /// <param name="prompt">Its tokens so far, one at least.</param>
    /// <param name="options">How it is continued; beams are not for this.</param>
    /// <param name="onToken">Called with each new token.</param>
    /// <exception cref="ArgumentException">The prompt is empty, or an option makes no sense.</exception>
    /// <exception cref="CacheException">It can never have the pages that it needs.</exception>
    public GenerationRequest Submit(ReadOnlySpan<long> prompt, GenerationOptions? options = null, Action<long>? onToken = null)
    {
        options ??= new();
        options.Check(_model.Vocabulary);
        if (prompt.Length == 0) throw new ArgumentException("GenerationServer: the prompt is empty. Give one token at least.", nameof(prompt));
        if (options.Beams > 1) throw new ArgumentException("GenerationServer: beams are not served. Use a Generator.", nameof(options));
        if (Pages(prompt.Length + options.MaxTokens) > _cache.PageCount || prompt.Length + options.MaxTokens > (_model.MaxLength ?? long.MaxValue))
            throw new CacheException($"GenerationServer: {prompt.Length} tokens and {options.MaxTokens} new ones are more than {_cache.PageCount} pages of {_cache.PageSize} and the model's positions hold. Ask for fewer.");
        var request = new GenerationRequest(prompt.ToArray(), options, onToken) { IsDone = options.MaxTokens == 0 };
        if (!request.IsDone) _waiting.Enqueue(request);
        return request;
    }

    /// <summary>One step of all texts in work, after waiting ones were let in.</summary>
    /// <returns>False when there is nothing to do.</returns>
    public bool Step()
    {
        Admit();
        if (ActiveCount == 0) return false;
        var tokens = new long[_rows.Length];
        for (var row = 0; row < tokens.Length; row++)
            if (_rows[row] is { } request) tokens[row] = request.At(_cache.Lengths[row]);
        var logits = _steps.Run(tokens, new long[tokens.Length]);
        _cache.SetLengths([.. _cache.Lengths.Select((length, row) => _rows[row] is null ? 0 : length + 1)]);
        for (var row = 0; row < tokens.Length; row++)
        {
            if (_rows[row] is not { } request || _cache.Lengths[row] < request.Prompt.Count) continue;
            var scores = logits.AsSpan(row * _model.Vocabulary, _model.Vocabulary);
            var token = TokenSampler.Draw(TokenSampler.Probabilities(scores, request.Options, request.Prompt.Concat(request.Tokens)), request.Options.Seed, request.Tokens.Count);
            request.Add(token);
            if (request.Tokens.Count < request.Options.MaxTokens && !request.Options.EndTokens.Contains(token)) continue;
            request.IsDone = true;
            _rows[row] = null;
            _cache.Release(row);
        }
        return true;
    }

    /// <summary>Steps until all texts have ended.</summary>
    public void Run(CancellationToken cancellation = default)
    {
        while (!cancellation.IsCancellationRequested && Step()) { }
    }

    private long Pages(long tokens) => (tokens + _cache.PageSize - 1) / _cache.PageSize;

    /// <summary>Pages that texts in work may still ask for are kept for them.</summary>
    private void Admit()
    {
        for (var row = 0; row < _rows.Length && _waiting.Count > 0; row++)
        {
            if (_rows[row] is not null) continue;
            var request = _waiting.Peek();
            long promised = 0;
            for (var other = 0; other < _rows.Length; other++)
                if (_rows[other] is { } active) promised += Pages(active.Prompt.Count + active.Options.MaxTokens) - _cache.PagesOf(other).Count;
            // A step reserves a place in idle rows too.
            if (Pages(request.Prompt.Count + request.Options.MaxTokens) + _rows.Length > _cache.FreePages - promised && ActiveCount > 0) return;
            _rows[row] = _waiting.Dequeue();
            _cache.Release(row);
            ShareBeginning(row, request);
        }
    }

    private void ShareBeginning(int row, GenerationRequest request)
    {
        var (from, length) = (-1, 0L);
        for (var other = 0; other < _rows.Length; other++)
        {
            if (other == row || _rows[other] is not { } known) continue;
            // The last token of a prompt goes through the model: its logits are needed.
            long same = 0, most = Math.Min(_cache.Lengths[other], request.Prompt.Count - 1);
            while (same < most && known.At(same) == request.Prompt[(int)same]) same++;
            if (same > length) (from, length) = (other, same);
        }
        if (length < _cache.PageSize) return;
        length = length / _cache.PageSize * _cache.PageSize;
        _cache.Share(from, row, length);
        SharedTokens += length;
    }
}
