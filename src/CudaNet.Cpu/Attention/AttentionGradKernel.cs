using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Attention;

/// <summary>Gradients of attention by queries, keys and values, without a matrix of all scores.</summary>
/// <remarks>
/// <para>A tile of W queries at a time, transposed as in <see cref="AttentionKernel{TSource, T, TExp, V, TKernel}"/>. Weights p and their gradients
/// dp of all keys for these queries, [keys, W] both, are computed and kept as strips. They make Σ p·dp exact, so that five products do:
/// k·qᵀ, v·gᵀ, kᵀ·ds, and pᵀ·g and dsᵀ·q, which are added to the gradients of values and keys.</para>
/// <para>Heads are independent. Where they are too few for the threads, the tiles of a head are dealt out in parts, each with its own
/// sums, which are added at the end: the result depends on the number of threads, but not on their timing.</para>
/// </remarks>
internal sealed unsafe class AttentionGradKernel<TSource, T, TExp, V, TKernel> : IAttentionKernel
    where TSource : unmanaged
    where T : unmanaged, IFloatingPointIeee754<T>
    where TExp : struct, IUnaryOperator<T>
    where V : unmanaged, ISimd<V, T>
    where TKernel : struct, IMicroKernel<T>
{
    // Packed operands and sums of the heads at work.
    private const long HeldBytes = 32 << 20;

    // A task of this many multiplications is worth a thread.
    private const long WorkPerTask = 1 << 18;

    // Rows that are added up at a time.
    private const int RowsPerTask = 64;

    private readonly AttentionProblem _problem;
    private readonly AttentionShape _shape;
    private readonly AttentionSight _sight;
    private readonly AttentionDropout _dropout;
    private readonly T _scale;
    private readonly PackedGroups<TSource, T, TKernel> _packed;
    private readonly int _block;

    // Gradients of a key and of a value as they are summed: whole tiles wide.
    private readonly int _keyWidth;
    private readonly int _valueWidth;

    public AttentionGradKernel(AttentionProblem problem)
    {
        (_problem, _shape) = (problem, problem.Shape);
        _sight = new(problem, TKernel.Rows);
        _dropout = new(problem);
        _scale = T.CreateSaturating(problem.Rule.Scale);
        _packed = new(_shape.Groups,
            new PanelSet(1, problem.Key, _shape.Keys, _shape.Depth, ByColumns: false),
            new PanelSet(2, problem.Value, _shape.Keys, _shape.ValueDepth, ByColumns: false),
            new PanelSet(1, problem.Key, _shape.Depth, _shape.Keys, ByColumns: true));
        _block = ScoreBlock.Keys<T>(TKernel.Columns, TKernel.Rows);
        _keyWidth = WholeTiles(_shape.Depth);
        _valueWidth = WholeTiles(_shape.ValueDepth);
    }

    /// <summary>Elements of the sums of a head or of a part of one: keys, then values.</summary>
    private nint SumSize => (nint)_shape.Keys * (_keyWidth + _valueWidth);

    public void Run(AttentionPointers operands)
    {
        var pointers = &operands;
        long groups = (long)_shape.Batch * _shape.Groups, tiles = (long)_shape.Shared * WholeTiles(_shape.Queries) / TKernel.Columns;
        long threads = WorkerPool.Threads;
        var parts = groups % threads == 0 || groups >= 4 * threads ? 1 : Math.Min(tiles, (4 * threads + groups - 1) / groups);
        var held = _packed.Size + (nint)parts * SumSize;
        var together = Math.Clamp(Math.Max(HeldBytes / ((long)held * sizeof(T)), 4 * threads), 1, groups);
        using var scratch = Scratch.Rent(together * held * sizeof(T));
        var packed = (T*)scratch.Pointer;
        var sums = packed + (nint)together * _packed.Size;
        var work = tiles / parts * TKernel.Columns * _shape.Keys * (3L * _shape.Depth + 2L * _shape.ValueDepth);
        for (long first = 0; first < groups; first += together)
        {
            var count = Math.Min(together, groups - first);
            _packed.Run((nint*)pointers, first, count, packed);
            WorkerPool.ParallelChunks(count * parts, Math.Max(1, WorkPerTask / work), new TileJob(this, pointers, first, (int)parts, packed, sums));
            WorkerPool.ParallelFor(count * _shape.Keys, RowsPerTask, new SumJob(this, pointers, first, (int)parts, sums));
        }
    }

    private static int WholeTiles(int size) => (size + TKernel.Columns - 1) / TKernel.Columns * TKernel.Columns;

    private readonly struct TileJob(AttentionGradKernel<TSource, T, TExp, V, TKernel> owner, AttentionPointers* operands, long first, int parts, T* packed, T* sums) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(owner.Layout(null).Bytes);
            var strip = owner.Layout((T*)scratch.Pointer);
            var tiles = WholeTiles(owner._shape.Queries) / TKernel.Columns;
            for (var index = start; index < end; index++)
            {
                var (group, part) = Math.DivRem(index, parts);
                var sum = sums + (nint)index * owner.SumSize;
                for (nint row = 0; row < owner._shape.Keys; row++) new Span<T>(sum + row * (owner._keyWidth + owner._valueWidth), owner._keyWidth + owner._valueWidth).Clear();
                // Dealt like cards: with a causal mask later tiles are longer.
                for (var tile = part; tile < (long)owner._shape.Shared * tiles; tile += parts)
                    owner.Tile(operands, first + group, (int)(tile / tiles), (int)(tile % tiles) * TKernel.Columns, packed + (nint)group * owner._packed.Size, sum, strip);
            }
        }
    }

    private void Tile(AttentionPointers* operands, long group, int shared, int query, T* packed, T* sum, Buffers strip)
    {
        var (batch, keyHead) = Math.DivRem(group, _shape.Groups);
        var head = keyHead * _shape.Shared + shared;
        int columns = TKernel.Columns, width = Math.Min(columns, _shape.Queries - query), depth = _shape.Depth;
        var target = (TSource*)operands->Output + ((batch * _shape.Heads + head) * _problem.QueryRows + query) * depth;
        var blocks = (byte*)operands->Blocks + _problem.Blocks.Start(batch, head);
        var runs = new ReadOnlySpan<KeyRun>(strip.Runs, _sight.Find(blocks, query, width, strip.Runs));
        if (runs.IsEmpty)
        {
            new Span<TSource>(target, width * depth).Clear();
            return;
        }

        var (queries, upstreams) = (_problem.Query, _problem.Upstream);
        PackQueries((TSource*)operands->Query + queries.Start(batch, head) + query * queries.Row, queries, width, depth, strip.Query, strip.QueryRows);
        PackQueries((TSource*)operands->Upstream + upstreams.Start(batch, head) + query * upstreams.Row, upstreams, width, _shape.ValueDepth, strip.Upstream, strip.UpstreamRows);
        var values = packed + _packed.Starts[1];
        // Strips have the runs one behind the other.
        T* weights = strip.Weights, gradients = strip.Gradients;
        foreach (var run in runs)
        {
            for (var row = 0; row < run.Count; row += TKernel.Rows)
            {
                var (rows, key) = (Math.Min(TKernel.Rows, run.Count - row), (nint)(run.First + row));
                TKernel.Multiply(depth, packed + key * depth, strip.Query, columns, weights + row * columns, columns, rows, columns, _scale, T.Zero);
                TKernel.Multiply(_shape.ValueDepth, values + key * _shape.ValueDepth, strip.Upstream, columns, gradients + row * columns, columns, rows, columns, T.One, T.Zero);
            }
            if (_problem.Rule.HasBias)
            {
                var bias = _problem.Bias;
                var source = (TSource*)operands->Bias + bias.Start(batch, head) + query * bias.Row;
                for (var row = 0; row < run.Count; row += _block)
                    ScoreBlock.AddBias(source + (run.First + row) * bias.Column, bias, width, columns, Math.Min(_block, run.Count - row), strip.Bias, weights + row * columns);
            }
            if (_sight.HidesAny) _sight.Hide<V, T>(weights, run.First, run.Count, blocks, query, width);
            if (_dropout.DropsAny) _dropout.Apply((long*)operands->Random, batch, head, query, width, run.First, run.Count, T.CreateSaturating(1 / (1 - _problem.Rule.Dropout)), gradients, columns, strip.Words);
            weights += run.Count * columns;
            gradients += run.Count * columns;
        }

        Weigh(operands, batch, head, query, width, (nint)(weights - strip.Weights) / columns, strip);
        weights = strip.Weights;
        gradients = strip.Gradients;
        var rowSize = _keyWidth + _valueWidth;
        var keysByDepth = packed + _packed.Starts[2];
        var isFirst = true;
        foreach (var run in runs)
        {
            for (var row = 0; row < run.Count; row += _block)
            {
                // A block of score gradients stays in L1 while panels of keys pass.
                var block = Math.Min(_block, run.Count - row);
                for (var d = 0; d < depth; d += TKernel.Rows)
                    TKernel.Multiply(block, keysByDepth + (nint)d * _shape.Keys + (nint)(run.First + row) * TKernel.Rows, gradients + row * columns, columns, strip.Result + d * columns, columns, Math.Min(TKernel.Rows, depth - d), columns, T.One, isFirst ? T.Zero : T.One);
                isFirst = false;
            }
            var sumOfKeys = sum + (nint)run.First * rowSize;
            for (var d = 0; d < _keyWidth; d += columns) StripProduct.Add<V, T>(run.Count, gradients, strip.QueryRows + d * columns, sumOfKeys + d, rowSize);
            // What was dropped gave nothing to the result.
            if (_dropout.DropsAny) _dropout.Apply((long*)operands->Random, batch, head, query, width, run.First, run.Count, T.CreateSaturating(1 / (1 - _problem.Rule.Dropout)), weights, columns, strip.Words);
            for (var e = 0; e < _valueWidth; e += columns) StripProduct.Add<V, T>(run.Count, weights, strip.UpstreamRows + e * columns, sumOfKeys + _keyWidth + e, rowSize);
            weights += run.Count * columns;
            gradients += run.Count * columns;
        }
        ScoreBlock.StoreTransposed(strip.Result, columns, depth, width, target, _problem.Type, strip.Rows);
    }

    /// <summary>From scores and gradients of weights to weights and gradients of scores.</summary>
    private void Weigh(AttentionPointers* operands, long batch, long head, int query, int width, nint count, Buffers strip)
    {
        var columns = TKernel.Columns;
        new Span<T>(strip.Max, columns).Fill(T.NegativeInfinity);
        new Span<T>(strip.Sum, columns).Clear();
        ScoreLoops.RaiseMax<V, T, TExp>(strip.Weights, count, strip.Max, strip.Mean);
        ScoreLoops.Exponentiate<V, T, TExp>(strip.Weights, count, strip.Max, strip.Mean, strip.Sum);
        ScoreLoops.Invert<V, T>(strip.Sum, strip.Inverse);
        ScoreLoops.Overlap<V, T>(strip.Weights, strip.Gradients, count, strip.Mean);
        ScoreLoops.ScaleRows<V, T>(strip.Mean, 1, strip.Inverse);
        if (_problem.Rule.LogSumExp)
        {
            // The logarithm's gradient by a score is its weight.
            var upstream = (T*)operands->LogUpstream + _problem.LogUpstream.Start(batch, head) + query * _problem.LogUpstream.Row;
            for (var lane = 0; lane < width; lane++) strip.Mean[lane] -= upstream[lane * _problem.LogUpstream.Row];
        }
        ScoreLoops.Backward<V, T>(strip.Weights, strip.Gradients, count, strip.Inverse, strip.Mean, _scale);
    }

    /// <summary>Rows of queries as [depth, W], and as tiles [W, W] of their columns; what does not exist is 0.</summary>
    private static void PackQueries(TSource* source, HeadStrides strides, int width, int depth, T* transposed, T* rows)
    {
        var columns = TKernel.Columns;
        GemmPacking.PackPanel(source, strides.Row, strides.Column, width, columns, depth, transposed);
        for (var d = 0; d < depth; d += columns, rows += columns * columns)
        {
            GemmPacking.PackPanel(source + d * strides.Column, strides.Column, strides.Row, Math.Min(columns, depth - d), columns, width, rows);
            new Span<T>(rows + width * columns, (columns - width) * columns).Clear();
        }
    }

    /// <summary>Adds up the parts of a head and writes them behind the gradient of the queries.</summary>
    private readonly struct SumJob(AttentionGradKernel<TSource, T, TExp, V, TKernel> owner, AttentionPointers* operands, long first, int parts, T* sums) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var shape = owner._shape;
            var size = owner._keyWidth + owner._valueWidth;
            for (var index = start; index < end; index++)
            {
                var (group, key) = Math.DivRem(index, shape.Keys);
                var sum = sums + (nint)group * parts * owner.SumSize + (nint)key * size;
                for (var part = 1; part < parts; part++) SimdLoop.Binary<T, AddOperator<T>>(sum, sum + part * owner.SumSize, sum, size);
                var row = (nint)((first + group) * owner._problem.KeyRows + key);
                owner.Store(sum, (TSource*)operands->KeyGradient + row * shape.Depth, shape.Depth);
                owner.Store(sum + owner._keyWidth, (TSource*)operands->ValueGradient + row * shape.ValueDepth, shape.ValueDepth);
            }
        }
    }

    private void Store(T* source, TSource* target, int count)
    {
        if (typeof(TSource) == typeof(T)) new ReadOnlySpan<T>(source, count).CopyTo(new((T*)target, count));
        else HalfConversion.Narrow(_problem.Type, (float*)source, (nint)target, count);
    }

    private Buffers Layout(T* start)
    {
        var cursor = new ScratchCursor<T>(start);
        int columns = TKernel.Columns, depth = _shape.Depth;
        return new()
        {
            Query = cursor.Take((nint)depth * columns),
            QueryRows = cursor.Take((nint)_keyWidth * columns),
            Upstream = cursor.Take((nint)_shape.ValueDepth * columns),
            UpstreamRows = cursor.Take((nint)_valueWidth * columns),
            Weights = cursor.Take((nint)_shape.Keys * columns),
            Gradients = cursor.Take((nint)_shape.Keys * columns),
            Bias = cursor.Take(_problem.Rule.HasBias ? (nint)_block * columns : 0),
            Result = cursor.Take((nint)depth * columns),
            Rows = cursor.Take((nint)ScoreBlock.Padded(depth) * columns),
            Max = cursor.Take(columns),
            Sum = cursor.Take(columns),
            Mean = cursor.Take(columns),
            Inverse = cursor.Take(columns),
            Runs = cursor.Take<KeyRun>(_sight.MostRuns),
            Words = cursor.Take<uint>(_dropout.DropsAny ? AttentionDropout.Words(_shape.Keys) : 0),
            Bytes = cursor.Bytes,
        };
    }

    /// <summary>What a thread works in, for W queries at a time.</summary>
    private struct Buffers
    {
        /// <summary>Queries and the gradient of their results, [D, W] and [E, W], and the same as tiles [W, W].</summary>
        public T* Query;
        public T* QueryRows;
        public T* Upstream;
        public T* UpstreamRows;

        /// <summary>Scores, then weights; gradients of weights, then of scores: [keys, W].</summary>
        public T* Weights;
        public T* Gradients;

        /// <summary>What is added to a block of scores.</summary>
        public T* Bias;

        /// <summary>The gradient of the queries, [D, W], and by queries, [W, D].</summary>
        public T* Result;
        public T* Rows;

        /// <summary>Of each query: the largest score, the sum of weights, Σ p·dp, 1/sum.</summary>
        public T* Max;
        public T* Sum;
        public T* Mean;
        public T* Inverse;

        /// <summary>Keys that the queries see, and random numbers.</summary>
        public KeyRun* Runs;
        public uint* Words;

        /// <summary>Bytes of all.</summary>
        public long Bytes;
    }
}
