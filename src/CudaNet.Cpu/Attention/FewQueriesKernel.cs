using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Attention;

/// <summary>Attention of a few queries, as in decoding: keys and values are read once, where they lie, so it runs at the speed of memory.</summary>
/// <remarks>A tile of queries would be mostly padding, and packing keys would cost more than they are used. A single query of each head is
/// multiplied together with those of the heads that share its keys.</remarks>
internal sealed unsafe class FewQueriesKernel<TSource, T, TExp> : IAttentionKernel
    where TSource : unmanaged
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TExp : struct, IUnaryOperator<T>
{
    private readonly AttentionProblem _problem;
    private readonly AttentionShape _shape;
    private readonly AttentionWindow _window;
    private readonly T _scale;

    public FewQueriesKernel(AttentionProblem problem) =>
        (_problem, _shape, _window, _scale) = (problem, problem.Shape, problem.Window, T.CreateSaturating(problem.Rule.Scale));

    /// <summary>Whether there are few enough queries, and nothing but a window and a bias beside them.</summary>
    public static bool Takes(AttentionProblem problem) => problem.Shape.Queries <= SkinnyGemm.Few && problem.Rule is { BlockSize: 0, Dropout: 0 };

    public void Run(AttentionPointers operands)
    {
        var job = new Job(this, &operands);
        long tasks = (long)_shape.Batch * (_shape.Queries == 1 ? _shape.Groups : _shape.Heads);
        // Where tasks are fewer than threads, the threads share each product instead.
        if (tasks < WorkerPool.Threads) job.Execute(0, tasks, 0);
        else WorkerPool.ParallelChunks(tasks, Math.Max(1, 65536 / ((long)_shape.Keys * (_shape.Depth + _shape.ValueDepth))), job);
    }

    private readonly struct Job(FewQueriesKernel<TSource, T, TExp> owner, AttentionPointers* operands) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var shape = owner._shape;
            var single = shape.Queries == 1;
            for (var index = start; index < end; index++)
            {
                var (batch, head) = Math.DivRem(index, single ? shape.Groups : shape.Heads);
                if (single) owner.Rows(operands, batch, head * shape.Shared, shape.Shared, owner._problem.Query.Head, owner._problem.Bias.Head);
                else owner.Rows(operands, batch, head, shape.Queries, owner._problem.Query.Row, owner._problem.Bias.Row);
            }
        }
    }

    /// <summary>Queries that meet the same keys: all of one head, or one of each head that shares keys.</summary>
    private void Rows(AttentionPointers* operands, long batch, long head, int rows, nint queryStride, nint biasStride)
    {
        var keyHead = head / _shape.Shared;
        var (query, bias) = (_problem.Query, _problem.Bias);
        var (first, end) = _window.Range(0, _shape.Queries);
        var (keys, depth) = (end - first, _shape.ValueDepth);
        // Queries of other heads lie a head further in the output.
        var (row0, betweenRows) = ((nint)(batch * _shape.Heads + head) * _problem.QueryRows, _shape.Queries == 1 ? _problem.QueryRows : 1);
        var isWide = typeof(TSource) == typeof(T) || _problem.Rule.LogSumExp;
        using var scratch = Scratch.Rent(((long)rows * keys + rows * depth) * sizeof(T));
        T* scores = (T*)scratch.Pointer, result = isWide ? (T*)operands->Output + row0 * depth : scores + (nint)rows * keys;
        var resultRow = isWide ? betweenRows * depth : depth;
        if (keys > 0)
            MatrixProduct.RunMixed(
                new GemmShape(rows, keys, _shape.Depth) { ARow = queryStride, AColumn = query.Column, BRow = _problem.Key.Column, BColumn = _problem.Key.Row, CRow = keys },
                (TSource*)operands->Query + query.Start(batch, head), (TSource*)operands->Key + _problem.Key.Start(batch, keyHead) + first * _problem.Key.Row, scores, _scale, T.Zero, default(NoEpilogue<T>));
        for (var row = 0; row < rows; row++)
        {
            var own = scores + (nint)row * keys;
            if (_problem.Rule.HasBias)
            {
                var source = (TSource*)operands->Bias + bias.Start(batch, head) + row * biasStride + first * bias.Column;
                for (var key = 0; key < keys; key++) own[key] += HalfFormats.Load<T, TSource>(source + key * bias.Column);
            }
            var position = _shape.Queries == 1 ? 0 : row;
            var (from, to) = _window.Range(position, position + 1);
            var logSumExp = ScoreRow.Softmax<T, TExp>(own, keys, from - first, to - first);
            if (_problem.Rule.LogSumExp) ((T*)operands->LogOutput)[row0 + row * betweenRows] = logSumExp;
        }
        if (keys > 0)
            MatrixProduct.RunMixed(
                new GemmShape(rows, depth, keys) { ARow = keys, AColumn = 1, BRow = _problem.Value.Row, BColumn = _problem.Value.Column, CRow = resultRow },
                scores, (TSource*)operands->Value + _problem.Value.Start(batch, keyHead) + first * _problem.Value.Row, result, T.One, T.Zero, default(NoEpilogue<T>));
        for (nint row = 0; row < rows; row++)
        {
            if (keys == 0) new Span<T>(result + row * resultRow, depth).Clear();
            if (!isWide) HalfConversion.Narrow(_problem.Type, (float*)(result + row * depth), (nint)((TSource*)operands->Output + (row0 + row * betweenRows) * depth), depth);
        }
    }
}
