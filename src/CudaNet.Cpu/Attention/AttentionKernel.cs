using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Attention;

/// <summary>softmax(scale·q·kᵀ + bias)·v in tiles, without a matrix of all scores.</summary>
/// <remarks>
/// <para>Online softmax (Milakov and Gimelshein 2018; Dao et al. 2022). A tile is as many queries as the micro-kernel has columns. Everything is
/// computed transposed: scores are [keys, queries] = k·qᵀ and the result is [E, queries] = vᵀ·scores. So a lane is a query, maxima and
/// sums need nothing across lanes, and a block of scores is the right operand of the second product as it lies. Keys and values, the left
/// operands, are packed once for all queries that meet them, whatever their strides and element type.</para>
/// <para>A block of scores fills half of L1. Blocks that a window hides are skipped, blocks at its edge are masked.</para>
/// <para>Each tile is summed in one order, so the number of threads does not change the result.</para>
/// </remarks>
internal sealed unsafe class AttentionKernel<TSource, T, TExp, V, TKernel> : IAttentionKernel
    where TSource : unmanaged
    where T : unmanaged, IFloatingPointIeee754<T>
    where TExp : struct, IUnaryOperator<T>
    where V : unmanaged, ISimd<V, T>
    where TKernel : struct, IMicroKernel<T>
{
    // Packed keys and values of the heads at work: they stay in the last-level cache.
    private const long PackedBytes = 16 << 20;

    // A task of this many multiplications is worth a thread.
    private const long WorkPerTask = 1 << 18;

    private readonly AttentionProblem _problem;
    private readonly AttentionShape _shape;
    private readonly AttentionSight _sight;
    private readonly AttentionDropout _dropout;
    private readonly T _scale;
    private readonly PackedGroups<TSource, T, TKernel> _packed;
    private readonly int _block;

    public AttentionKernel(AttentionProblem problem)
    {
        (_problem, _shape) = (problem, problem.Shape);
        _sight = new(problem, TKernel.Rows);
        _dropout = new(problem);
        _scale = T.CreateSaturating(problem.Rule.Scale);
        _packed = new(_shape.Groups,
            new PanelSet(1, problem.Key, _shape.Keys, _shape.Depth, ByColumns: false),
            new PanelSet(2, problem.Value, _shape.ValueDepth, _shape.Keys, ByColumns: true));
        _block = ScoreBlock.Keys<T>(TKernel.Columns, TKernel.Rows);
    }

    public void Run(AttentionPointers operands)
    {
        var pointers = &operands;
        var tiles = (_shape.Queries + TKernel.Columns - 1) / TKernel.Columns;
        long groups = (long)_shape.Batch * _shape.Groups, perGroup = (long)_shape.Shared * tiles;
        // As many heads at a time as fit, but enough to keep all threads busy.
        var together = Math.Max(PackedBytes / ((long)_packed.Size * sizeof(T)), (4L * WorkerPool.Threads + perGroup - 1) / perGroup);
        together = Math.Clamp(together, 1, groups);
        using var scratch = Scratch.Rent(together * _packed.Size * sizeof(T));
        var packed = (T*)scratch.Pointer;
        var work = (long)TKernel.Columns * _shape.Keys * (_shape.Depth + _shape.ValueDepth);
        for (long first = 0; first < groups; first += together)
        {
            var count = Math.Min(together, groups - first);
            _packed.Run((nint*)pointers, first, count, packed);
            WorkerPool.ParallelChunks(count * perGroup, Math.Max(1, WorkPerTask / work), new Job(this, pointers, first, packed, tiles));
        }
    }

    private readonly struct Job(AttentionKernel<TSource, T, TExp, V, TKernel> owner, AttentionPointers* operands, long first, T* packed, int tiles) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(owner.Layout(null).Bytes);
            var tile = owner.Layout((T*)scratch.Pointer);
            var shape = owner._shape;
            for (var index = start; index < end; index++)
            {
                var (head, position) = Math.DivRem(index, tiles);
                var (group, shared) = Math.DivRem(head, shape.Shared);
                // Later queries see more keys when there is a causal mask: they go first, so that no thread ends with the longest.
                owner.Tile(operands, first + group, (int)shared, (tiles - 1 - (int)position) * TKernel.Columns, packed + (nint)group * owner._packed.Size, tile);
            }
        }
    }

    private void Tile(AttentionPointers* operands, long group, int shared, int query, T* packed, Buffers tile)
    {
        var (batch, keyHead) = Math.DivRem(group, _shape.Groups);
        var head = keyHead * _shape.Shared + shared;
        int columns = TKernel.Columns, width = Math.Min(columns, _shape.Queries - query);
        var source = (TSource*)operands->Query + _problem.Query.Start(batch, head) + query * _problem.Query.Row;
        GemmPacking.PackPanel(source, _problem.Query.Row, _problem.Query.Column, width, columns, _shape.Depth, tile.Query);
        new Span<T>(tile.Max, columns).Fill(T.NegativeInfinity);
        new Span<T>(tile.Sum, columns).Clear();

        var values = packed + _packed.Starts[1];
        var blocks = (byte*)operands->Blocks + _problem.Blocks.Start(batch, head);
        var runs = _sight.Find(blocks, query, width, tile.Runs);
        var isFirst = true;
        for (var run = tile.Runs; run < tile.Runs + runs; run++)
            for (var key = run->First; key < run->End; key += _block)
            {
                var count = Math.Min(_block, run->End - key);
                for (var row = 0; row < count; row += TKernel.Rows)
                    TKernel.Multiply(_shape.Depth, packed + (nint)(key + row) * _shape.Depth, tile.Query, columns, tile.Scores + row * columns, columns, Math.Min(TKernel.Rows, count - row), columns, _scale, T.Zero);
                if (_problem.Rule.HasBias)
                {
                    var bias = _problem.Bias;
                    ScoreBlock.AddBias((TSource*)operands->Bias + bias.Start(batch, head) + query * bias.Row + key * bias.Column, bias, width, columns, count, tile.Bias, tile.Scores);
                }
                if (_sight.HidesAny) _sight.Hide<V, T>(tile.Scores, key, count, blocks, query, width);

                ScoreLoops.RaiseMax<V, T, TExp>(tile.Scores, count, tile.Max, tile.Factor);
                ScoreLoops.Exponentiate<V, T, TExp>(tile.Scores, count, tile.Max, tile.Factor, tile.Sum);
                if (_dropout.DropsAny) _dropout.Apply((long*)operands->Random, batch, head, query, width, key, count, T.One, tile.Scores, columns, tile.Words);
                if (!isFirst && !ScoreLoops.AreOne<V, T>(tile.Factor)) ScoreLoops.ScaleRows<V, T>(tile.Result, _shape.ValueDepth, tile.Factor);
                for (var row = 0; row < _shape.ValueDepth; row += TKernel.Rows)
                    TKernel.Multiply(count, values + (nint)row * _shape.Keys + (nint)key * TKernel.Rows, tile.Scores, columns, tile.Result + row * columns, columns, Math.Min(TKernel.Rows, _shape.ValueDepth - row), columns, T.One, isFirst ? T.Zero : T.One);
                isFirst = false;
            }

        if (isFirst) new Span<T>(tile.Result, _shape.ValueDepth * columns).Clear();
        var target = (batch * _shape.Heads + head) * _problem.QueryRows + query;
        if (_problem.Rule.LogSumExp)
            for (var lane = 0; lane < width; lane++) ((T*)operands->LogOutput)[target + lane] = ScoreRow.LogSumExp(tile.Max[lane], tile.Sum[lane]);
        ScoreLoops.Invert<V, T>(tile.Sum, tile.Inverse);
        ScoreLoops.ScaleRows<V, T>(tile.Result, _shape.ValueDepth, tile.Inverse);
        if (_dropout.DropsAny) SimdLoop.Binary<T, MulOperator<T>>(tile.Result, T.CreateSaturating(1 / (1 - _problem.Rule.Dropout)), tile.Result, _shape.ValueDepth * columns);
        // Beside logarithms the result is as wide as they are.
        if (_problem.Rule.LogSumExp) ScoreBlock.StoreTransposed(tile.Result, columns, _shape.ValueDepth, width, (T*)operands->Output + target * _shape.ValueDepth, _problem.Type, tile.Rows);
        else ScoreBlock.StoreTransposed(tile.Result, columns, _shape.ValueDepth, width, (TSource*)operands->Output + target * _shape.ValueDepth, _problem.Type, tile.Rows);
    }

    private Buffers Layout(T* start)
    {
        var cursor = new ScratchCursor<T>(start);
        int columns = TKernel.Columns, depth = _shape.ValueDepth;
        return new()
        {
            Query = cursor.Take((nint)_shape.Depth * columns),
            Scores = cursor.Take((nint)_block * columns),
            Bias = cursor.Take(_problem.Rule.HasBias ? (nint)_block * columns : 0),
            Result = cursor.Take((nint)depth * columns),
            Rows = cursor.Take((nint)ScoreBlock.Padded(depth) * columns),
            Max = cursor.Take(columns),
            Sum = cursor.Take(columns),
            Factor = cursor.Take(columns),
            Inverse = cursor.Take(columns),
            Runs = cursor.Take<KeyRun>(_sight.MostRuns),
            Words = cursor.Take<uint>(_dropout.DropsAny ? AttentionDropout.Words(_block) : 0),
            Bytes = cursor.Bytes,
        };
    }

    /// <summary>What a thread works in, for W queries at a time.</summary>
    private struct Buffers
    {
        /// <summary>Queries, [D, W].</summary>
        public T* Query;

        /// <summary>Scores and what is added to them, [block, W].</summary>
        public T* Scores;
        public T* Bias;

        /// <summary>The result, [E, W], and by queries, [W, E].</summary>
        public T* Result;
        public T* Rows;

        /// <summary>Of each query: the largest score, the sum of weights, the last change, 1/sum.</summary>
        public T* Max;
        public T* Sum;
        public T* Factor;
        public T* Inverse;

        /// <summary>Keys that the queries see, and random numbers.</summary>
        public KeyRun* Runs;
        public uint* Words;

        /// <summary>Bytes of all.</summary>
        public long Bytes;
    }
}
