using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

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
internal sealed unsafe class AttentionKernel<TSource, T, TExp, V, TKernel> : IStepKernel
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

    private readonly AttentionShape _shape;
    private readonly AttentionWindow _window;
    private readonly HeadStrides _query;
    private readonly HeadStrides? _bias;
    private readonly DType _type;
    private readonly T _scale;
    private readonly PackedGroups<TSource, T, TKernel> _packed;
    private readonly bool _masks;
    private readonly int _block;

    public AttentionKernel(Step step)
    {
        var op = (ScaledDotProductAttention)step.Op;
        _shape = AttentionShape.Of(step);
        _window = new(op.Left, op.Right, _shape.Queries, _shape.Keys);
        _masks = op.Left is not null || op.Right is not null;
        _query = HeadStrides.Of(step.Inputs[0]);
        _bias = step.Inputs.Count > 3 ? HeadStrides.Of(step.Inputs[3]) : null;
        _type = step.Outputs[0].DType;
        _scale = T.CreateSaturating(op.Scale);
        _packed = new(_shape.Groups,
            new PanelSet(1, HeadStrides.Of(step.Inputs[1]), _shape.Keys, _shape.Depth, ByColumns: false),
            new PanelSet(2, HeadStrides.Of(step.Inputs[2]), _shape.ValueDepth, _shape.Keys, ByColumns: true));
        _block = ScoreBlock.Keys<T>(TKernel.Columns, TKernel.Rows);
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        var pointers = stackalloc nint[operands.Length];
        operands.CopyTo(new(pointers, operands.Length));
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
            _packed.Run(pointers, first, count, packed);
            WorkerPool.ParallelChunks(count * perGroup, Math.Max(1, WorkPerTask / work), new Job(this, pointers, operands.Length, first, packed, tiles));
        }
    }

    private readonly struct Job(AttentionKernel<TSource, T, TExp, V, TKernel> owner, nint* operands, int operandCount, long first, T* packed, int tiles) : IRangeJob
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
                owner.Tile(operands, operands[operandCount - 1], first + group, (int)shared, (tiles - 1 - (int)position) * TKernel.Columns, packed + (nint)group * owner._packed.Size, tile);
            }
        }
    }

    private void Tile(nint* operands, nint output, long group, int shared, int query, T* packed, Buffers tile)
    {
        var (batch, keyHead) = Math.DivRem(group, _shape.Groups);
        var head = keyHead * _shape.Shared + shared;
        int columns = TKernel.Columns, width = Math.Min(columns, _shape.Queries - query);
        var source = (TSource*)operands[0] + _query.Start(batch, head) + query * _query.Row;
        GemmPacking.PackPanel(source, _query.Row, _query.Column, width, columns, _shape.Depth, tile.Query);
        new Span<T>(tile.Max, columns).Fill(T.NegativeInfinity);
        new Span<T>(tile.Sum, columns).Clear();

        var (firstKey, endKey) = _window.Range(query, query + width);
        var values = packed + _packed.Starts[1];
        var isFirst = true;
        for (var key = firstKey / TKernel.Rows * TKernel.Rows; key < endKey; key += _block)
        {
            var count = Math.Min(_block, endKey - key);
            for (var row = 0; row < count; row += TKernel.Rows)
                TKernel.Multiply(_shape.Depth, packed + (nint)(key + row) * _shape.Depth, tile.Query, columns, tile.Scores + row * columns, columns, Math.Min(TKernel.Rows, count - row), columns, _scale, T.Zero);
            if (_bias is { } bias) ScoreBlock.AddBias((TSource*)operands[3] + bias.Start(batch, head) + query * bias.Row + key * bias.Column, bias, width, columns, count, tile.Bias, tile.Scores);
            if (_masks) _window.Mask<V, T>(tile.Scores, key, count, query);

            ScoreLoops.RaiseMax<V, T, TExp>(tile.Scores, count, tile.Max, tile.Factor);
            ScoreLoops.Exponentiate<V, T, TExp>(tile.Scores, count, tile.Max, tile.Factor, tile.Sum);
            if (!isFirst && !ScoreLoops.AreOne<V, T>(tile.Factor)) ScoreLoops.ScaleRows<V, T>(tile.Result, _shape.ValueDepth, tile.Factor);
            for (var row = 0; row < _shape.ValueDepth; row += TKernel.Rows)
                TKernel.Multiply(count, values + (nint)row * _shape.Keys + (nint)key * TKernel.Rows, tile.Scores, columns, tile.Result + row * columns, columns, Math.Min(TKernel.Rows, _shape.ValueDepth - row), columns, T.One, isFirst ? T.Zero : T.One);
            isFirst = false;
        }

        if (isFirst) new Span<T>(tile.Result, _shape.ValueDepth * columns).Clear();
        ScoreLoops.Invert<V, T>(tile.Sum, tile.Inverse);
        ScoreLoops.ScaleRows<V, T>(tile.Result, _shape.ValueDepth, tile.Inverse);
        var target = (TSource*)output + ((batch * _shape.Heads + head) * _shape.Queries + query) * _shape.ValueDepth;
        ScoreBlock.StoreTransposed(tile.Result, columns, _shape.ValueDepth, width, target, _type, tile.Rows);
    }

    private Buffers Layout(T* start)
    {
        var cursor = new ScratchCursor<T>(start);
        int columns = TKernel.Columns, depth = _shape.ValueDepth;
        return new()
        {
            Query = cursor.Take((nint)_shape.Depth * columns),
            Scores = cursor.Take((nint)_block * columns),
            Bias = cursor.Take(_bias is null ? 0 : (nint)_block * columns),
            Result = cursor.Take((nint)depth * columns),
            Rows = cursor.Take((nint)ScoreBlock.Padded(depth) * columns),
            Max = cursor.Take(columns),
            Sum = cursor.Take(columns),
            Factor = cursor.Take(columns),
            Inverse = cursor.Take(columns),
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

        /// <summary>Bytes of all.</summary>
        public long Bytes;
    }
}
