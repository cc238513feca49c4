using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Attention;

/// <summary>Attention of a few queries to a cache in pages: only keys that are seen are read, where they lie, at the speed of memory.</summary>
/// <remarks>Pages that follow one another in memory, as those of one sequence alone do, are multiplied at once. The scales of 8-bit keys
/// multiply the scores, those of values the weights.</remarks>
/// <typeparam name="TSource">Type of queries and result.</typeparam>
/// <typeparam name="TCache">Type of keys and values.</typeparam>
/// <typeparam name="T">Type of sums.</typeparam>
/// <typeparam name="TExp">The exponential function.</typeparam>
internal sealed unsafe class CachedAttentionKernel<TSource, TCache, T, TExp> : IStepKernel
    where TSource : unmanaged
    where TCache : unmanaged
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TExp : struct, IUnaryOperator<T>
{
    private readonly int _batch, _heads, _groups, _queries, _depth, _valueDepth;
    private readonly int _pages, _pageSize, _tablePages;
    private readonly HeadStrides _query, _key, _value, _keyScale, _valueScale;
    private readonly nint _tableRow, _tableColumn, _lengthStride;
    private readonly bool _pagesFollow;
    private readonly long _left;
    private readonly DType _type;
    private readonly T _scale;

    public CachedAttentionKernel(Step step)
    {
        var op = (CachedAttention)step.Op;
        var (q, k, v) = (step.Inputs[0].Shape, step.Inputs[1].Shape, step.Inputs[2].Shape);
        (_batch, _heads, _queries, _depth) = checked(((int)q[0], (int)q[1], (int)q[2], (int)q[3]));
        (_pages, _groups, _pageSize, _valueDepth, _tablePages) = checked(((int)k[0], (int)k[1], (int)k[2], (int)v[3], (int)step.Inputs[3].Shape[1]));
        (_query, _key, _value) = (HeadStrides.Of(step.Inputs[0]), HeadStrides.Of(step.Inputs[1]), HeadStrides.Of(step.Inputs[2]));
        if (IsQuantized) (_keyScale, _valueScale) = (HeadStrides.Of(step.Inputs[5]), HeadStrides.Of(step.Inputs[6]));
        var table = step.Inputs[3].Layout.Strides;
        (_tableRow, _tableColumn, _lengthStride) = ((nint)table[0], (nint)table[1], (nint)step.Inputs[4].Layout.Strides[0]);
        _pagesFollow = _key.Batch == _key.Row * _pageSize && _value.Batch == _value.Row * _pageSize;
        (_left, _type, _scale) = (op.Left ?? int.MaxValue, step.Outputs[0].DType, T.CreateSaturating(op.Scale));
    }

    /// <summary>Whether there are few enough queries; many are worth gathering the keys for.</summary>
    public static bool Takes(TensorType[] types) => types[0].Shape[2] <= SkinnyGemm.Few && types[0].Shape[1] / types[1].Shape[1] <= SkinnyGemm.Few;

    private static bool IsQuantized => typeof(TCache) == typeof(BiasedByte);

    private int Shared => _heads / _groups;

    public void Run(ReadOnlySpan<nint> operands)
    {
        CheckTable((int*)operands[3], (int*)operands[4]);
        var pointers = stackalloc nint[operands.Length];
        operands.CopyTo(new(pointers, operands.Length));
        long tasks = (long)_batch * (_queries == 1 ? _groups : _heads);
        var job = new Job(this, pointers);
        // Where tasks are fewer than threads, the threads share each product instead.
        if (tasks < WorkerPool.Threads) job.Execute(0, tasks, 0);
        else WorkerPool.ParallelChunks(tasks, 1, job);
    }

    private readonly struct Job(CachedAttentionKernel<TSource, TCache, T, TExp> owner, nint* operands) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var single = owner._queries == 1;
            for (var index = start; index < end; index++)
            {
                var (batch, head) = Math.DivRem(index, single ? owner._groups : owner._heads);
                if (single) owner.Rows(operands, (int)batch, head * owner.Shared, owner.Shared, owner._query.Head);
                else owner.Rows(operands, (int)batch, head, owner._queries, owner._query.Row);
            }
        }
    }

    /// <summary>Queries that meet the same keys: all of one head, or one of each head that shares keys.</summary>
    private void Rows(nint* operands, int batch, long head, int rows, nint queryStride)
    {
        var length = Length((int*)operands[4], batch);
        // Position of the first query; the last one's is that of the last key.
        var position = length - _queries;
        int first = (int)Math.Max(0, position - _left), keys = Math.Max(0, length - first);
        var target = (TSource*)operands[IsQuantized ? 7 : 5] + ((batch * _heads + head) * _queries * _valueDepth);
        if (keys == 0)
        {
            new Span<TSource>(target, rows * _valueDepth).Clear();
            return;
        }

        using var scratch = Scratch.Rent(((long)rows * keys + rows * _valueDepth) * sizeof(T));
        T* scores = (T*)scratch.Pointer, result = typeof(TSource) == typeof(T) ? (T*)target : scores + (nint)rows * keys;
        var keyHead = head / Shared;
        int* table = (int*)operands[3] + batch * _tableRow;
        var q = (TSource*)operands[0] + _query.Start(batch, head);
        TCache* k = (TCache*)operands[1] + _key.Start(0, keyHead), v = (TCache*)operands[2] + _value.Start(0, keyHead);
        for (int key = 0, count; key < keys; key += count)
        {
            count = RunAt(table, first + key, length, out var page, out var row);
            MatrixProduct.RunMixed(
                new GemmShape(rows, count, _depth) { ARow = queryStride, AColumn = _query.Column, BRow = _key.Column, BColumn = _key.Row, CRow = keys },
                q, k + page * _key.Batch + row * _key.Row, scores + key, _scale, T.Zero, default(NoEpilogue<T>));
            if (IsQuantized) Scale((float*)operands[5] + _keyScale.Start(page, keyHead) + row * _keyScale.Row, _keyScale.Row, count, scores + key, rows, keys);
        }
        for (var r = 0; r < rows; r++)
        {
            var own = position + (_queries == 1 ? 0 : r);
            int from = (int)Math.Clamp(own - _left - first, 0, keys), to = Math.Clamp(own + 1 - first, from, keys);
            ScoreRow.Softmax<T, TExp>(scores + (nint)r * keys, keys, from, to);
        }
        for (int key = 0, count; key < keys; key += count)
        {
            count = RunAt(table, first + key, length, out var page, out var row);
            if (IsQuantized) Scale((float*)operands[6] + _valueScale.Start(page, keyHead) + row * _valueScale.Row, _valueScale.Row, count, scores + key, rows, keys);
            MatrixProduct.RunMixed(
                new GemmShape(rows, _valueDepth, count) { ARow = keys, AColumn = 1, BRow = _value.Row, BColumn = _value.Column, CRow = _valueDepth },
                scores + key, v + page * _value.Batch + row * _value.Row, result, T.One, key == 0 ? T.Zero : T.One, default(NoEpilogue<T>));
        }
        if (typeof(TSource) != typeof(T)) HalfConversion.Narrow(_type, (float*)result, (nint)target, (long)rows * _valueDepth);
    }

    /// <summary>Multiplies the columns of scores [rows, count].</summary>
    private static void Scale(float* scales, nint stride, int count, T* scores, int rows, nint scoreRow)
    {
        for (var row = 0; row < rows; row++, scores += scoreRow)
            for (var key = 0; key < count; key++) ((float*)scores)[key] *= scales[key * stride];
    }

    /// <summary>How many keys from this one on lie one after the other, and where the first one does.</summary>
    private int RunAt(int* table, int key, int length, out nint page, out nint row)
    {
        var (place, within) = Math.DivRem(key, _pageSize);
        (page, row) = (table[place * _tableColumn], within);
        var end = (place + 1) * _pageSize;
        while (_pagesFollow && end < length && table[(end / _pageSize) * _tableColumn] == page + end / _pageSize - place) end += _pageSize;
        return Math.Min(end, length) - key;
    }

    private int Length(int* lengths, long batch) => (int)Math.Clamp(lengths[(nint)batch * _lengthStride], 0, (long)_tablePages * _pageSize);

    private void CheckTable(int* table, int* lengths)
    {
        for (var batch = 0; batch < _batch; batch++)
        {
            var used = (Length(lengths, batch) + _pageSize - 1) / _pageSize;
            for (var place = 0; place < used; place++)
            {
                var page = table[batch * _tableRow + place * _tableColumn];
                if ((uint)page >= (uint)_pages) throw new IndexValueException($"CachedAttention: page {page} of sequence {batch} is out of range for a cache of {_pages} pages.");
            }
        }
    }
}
