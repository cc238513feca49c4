namespace CudaNet.Nn;

/// <summary>A cache of pages that rows take from one pool as they grow, and that rows with a common beginning share.</summary>
/// <remarks>Kwon et al. 2023. A table says which pages a row has; a page is counted and goes back to the pool when no row has it. Page 0
/// belongs to nobody: rows that are not in use write into it.</remarks>
public sealed class PagedKvCache : KvCache
{
    private readonly List<KvPlane> _keys = [], _values = [];
    private readonly Stack<long> _free = new();
    private readonly int[] _uses;
    private readonly List<long>[] _pages;
    private readonly State _table;

    /// <summary>A cache.</summary>
    /// <param name="shape">What is kept of a token.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="pages">Pages of the pool.</param>
    /// <param name="pageSize">Tokens of a page.</param>
    /// <param name="capacity">Most tokens of a row.</param>
    /// <param name="storage">Element type.</param>
    /// <param name="device">Where; the default device if null.</param>
    public PagedKvCache(KvShape shape, long batch, long pages, long pageSize, long capacity, KvStorage storage = KvStorage.Float32, Device? device = null) : base(shape, batch, device)
    {
        (PageSize, PageCount) = (Sizes.Positive(pageSize, "KvCache", nameof(pageSize)), Sizes.Positive(pages, "KvCache", nameof(pages)));
        MostPages = (Sizes.Positive(capacity, "KvCache", nameof(capacity)) + pageSize - 1) / pageSize;
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            _keys.Add(new([(pages + 1) * pageSize, shape.Heads, shape.KeyDepth], storage, device));
            if (shape.ValueDepth > 0) _values.Add(new([(pages + 1) * pageSize, shape.Heads, shape.ValueDepth], storage, device));
        }
        _uses = new int[pages + 1];
        for (var page = pages; page > 0; page--) _free.Push(page);
        _pages = [.. Enumerable.Range(0, (int)batch).Select(_ => new List<long>())];
        _table = new(Tensor.Zeros([batch, MostPages], DType.Int64, Device).Realize());
    }

    /// <summary>Tokens of a page.</summary>
    public long PageSize { get; }

    /// <summary>Pages of the pool.</summary>
    public long PageCount { get; }

    /// <summary>Pages that no row has.</summary>
    public int FreePages => _free.Count;

    /// <inheritdoc/>
    public override long Bytes => _keys.Concat(_values).Sum(plane => plane.Bytes);

    /// <summary>Bytes of the pages that rows have, each once.</summary>
    public long UsedBytes => Bytes / (PageCount + 1) * (PageCount - _free.Count);

    private long MostPages { get; }

    /// <summary>Pages of a row, in order.</summary>
    public IReadOnlyList<long> PagesOf(int row) => _pages[row];

    /// <inheritdoc/>
    public override (long Capacity, long Span, bool IsEmpty) Signature(long count) => (PageCount, Span(count), false);

    /// <inheritdoc/>
    public override void Reserve(long count)
    {
        for (var row = 0; row < Batch; row++) ReserveRow(row, Lengths[row] + count);
    }

    /// <summary>Gives a row pages for so many tokens.</summary>
    /// <exception cref="CacheException">The pool is empty, or the row has its most tokens.</exception>
    public void ReserveRow(int row, long length)
    {
        var needed = (length + PageSize - 1) / PageSize;
        if (needed > MostPages) throw new CacheException($"KvCache: {length} tokens in row {row}, whose most are {MostPages * PageSize}. Make a cache of larger capacity.");
        if (needed - _pages[row].Count > _free.Count)
            throw new CacheException($"KvCache: row {row} needs {needed - _pages[row].Count} more pages of {PageSize} tokens, and {_free.Count} of {PageCount} are free. End some rows, or make a larger pool.");
        if (needed <= _pages[row].Count) return;
        while (_pages[row].Count < needed)
        {
            var page = _free.Pop();
            _uses[page] = 1;
            _pages[row].Add(page);
        }
        Publish();
    }

    /// <summary>Ends a row: its pages go back to the pool.</summary>
    public void Release(int row)
    {
        foreach (var page in _pages[row])
            if (--_uses[page] == 0) _free.Push(page);
        _pages[row].Clear();
        SetLengths([.. Lengths.Select((length, k) => k == row ? 0 : length)]);
        Publish();
    }

    /// <summary>Lets a row begin with the tokens of another: full pages are shared, the last one is copied.</summary>
    public void Share(int from, int to, long length)
    {
        if (length > Lengths[from]) throw new CacheException($"KvCache.Share: {length} tokens of row {from}, which has {Lengths[from]}. Give at most as many.");
        if (from == to) return;
        Release(to);
        var whole = (int)(length / PageSize);
        foreach (var page in _pages[from].Take(whole))
        {
            _uses[page]++;
            _pages[to].Add(page);
        }
        if (length % PageSize > 0)
        {
            ReserveRow(to, length);
            Copy(_pages[from][whole], _pages[to][whole]);
        }
        SetLengths([.. Lengths.Select((old, k) => k == to ? length : old)]);
        Publish();
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        for (var row = 0; row < Batch; row++) Release(row);
    }

    internal override KvView Append(int layer, Tensor keys, Tensor values, long? window)
    {
        var count = keys.Shape[2];
        var positions = Write(layer, keys, values);
        var span = Span(count);
        var slots = (_table.Value.Narrow(1, 0, span / PageSize).Unsqueeze(2) * PageSize + Tensor.Arange(0, PageSize, 1, DType.Int64, Device)).Reshape(Batch, span);
        var seen = _keys[layer].Read(x => x.Take(slots, 0).Permute(0, 2, 1, 3));
        var at = Tensor.Arange(0, span, 1, DType.Int64, Device);
        return new(seen, _values.Count > 0 ? _values[layer].Read(x => x.Take(slots, 0).Permute(0, 2, 1, 3)) : seen, StaticKvCache.Sight(positions, at, window), at);
    }

    internal override Tensor? Attend(int layer, Tensor query, Tensor keys, Tensor values, long? window, double? scale)
    {
        if (query.Shape[2] > FewQueries) return null;
        Write(layer, keys, values);
        Tensor Pages(Tensor rows) => rows.Reshape(PageCount + 1, PageSize, Shape.Heads, rows.Shape[2]).Permute(0, 2, 1, 3);
        return AttendPages(query, _keys[layer], _values.ElementAtOrDefault(layer), values.Shape[3], Pages, _table.Value, window, scale);
    }

    /// <summary>Writes the next tokens; gives their positions.</summary>
    private Tensor Write(int layer, Tensor keys, Tensor values)
    {
        Check(keys, values);
        var count = keys.Shape[2];
        var positions = Positions(count);
        var places = (_table.Value.Gather(positions.FloorDivide(PageSize), 1) * PageSize + positions % PageSize).Reshape(Batch * count, 1, 1);
        Tensor Rows(Tensor x) => x.Permute(0, 2, 1, 3).Reshape(Batch * count, Shape.Heads, x.Shape[3]);
        _keys[layer].Write(places, Rows(keys), 0);
        if (_values.Count > 0) _values[layer].Write(places, Rows(values), 0);
        return positions;
    }

    private protected override void Rearrange(ReadOnlySpan<long> rows)
    {
        var old = _pages.Select(pages => pages.ToList()).ToArray();
        var lengths = Lengths.ToArray();
        // New owners are counted before old ones let go, so that no page is free in between.
        var fresh = rows.ToArray().Select(row => old[row]).ToArray();
        foreach (var pages in fresh) foreach (var page in pages) _uses[page]++;
        foreach (var pages in old)
            foreach (var page in pages)
                if (--_uses[page] == 0) _free.Push(page);
        for (var row = 0; row < Batch; row++)
        {
            _pages[row].Clear();
            _pages[row].AddRange(fresh[row]);
        }
        for (var row = 0; row < Batch; row++)
        {
            // The page that is written next must be the row's own.
            var first = (int)(lengths[rows[row]] / PageSize);
            for (var p = first; p < _pages[row].Count; p++)
            {
                if (_uses[_pages[row][p]] == 1) continue;
                if (_free.Count == 0) throw new CacheException($"KvCache.Reorder: no page of {PageCount} is free for a copy. Make a larger pool.");
                var copy = _free.Pop();
                Copy(_pages[row][p], copy);
                _uses[_pages[row][p]]--;
                _uses[copy] = 1;
                _pages[row][p] = copy;
            }
        }
        Publish();
    }

    private long Span(long count) => (Length + count + PageSize - 1) / PageSize * PageSize;

    private void Copy(long from, long to)
    {
        var places = Tensor.Arange(to * PageSize, (to + 1) * PageSize, 1, DType.Int64, Device).Reshape(PageSize, 1, 1);
        foreach (var plane in _keys.Concat(_values)) plane.Rearrange(x => x.Scatter(places.ExpandTo(x.Shape.With(0, PageSize)), x.Narrow(0, from * PageSize, PageSize), 0));
    }

    private void Publish()
    {
        var table = new long[Batch * MostPages];
        for (var row = 0; row < Batch; row++) _pages[row].CopyTo(table, row * (int)MostPages);
        _table.Assign(Tensor.From(table, [Batch, MostPages], Device));
    }
}
