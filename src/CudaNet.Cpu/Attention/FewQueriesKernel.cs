using System.Numerics;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Attention;

/// <summary>Attention of a few queries, as in decoding: keys and values are read once, where they lie, so it runs at the speed of memory.</summary>
/// <remarks>A tile of queries would be mostly padding, and packing keys would cost more than they are used. A single query of each head is
/// multiplied together with those of the heads that share its keys.</remarks>
internal sealed unsafe class FewQueriesKernel<TSource, T, TExp> : IStepKernel
    where TSource : unmanaged
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
    where TExp : struct, IUnaryOperator<T>
{
    private readonly AttentionShape _shape;
    private readonly AttentionWindow _window;
    private readonly HeadStrides _query;
    private readonly HeadStrides _key;
    private readonly HeadStrides _value;
    private readonly HeadStrides? _bias;
    private readonly DType _type;
    private readonly T _scale;

    public FewQueriesKernel(Step step)
    {
        var op = (ScaledDotProductAttention)step.Op;
        _shape = AttentionShape.Of(step);
        _window = new(op.Left, op.Right, _shape.Queries, _shape.Keys);
        _query = HeadStrides.Of(step.Inputs[0]);
        _key = HeadStrides.Of(step.Inputs[1]);
        _value = HeadStrides.Of(step.Inputs[2]);
        _bias = step.Inputs.Count > 3 ? HeadStrides.Of(step.Inputs[3]) : null;
        _type = step.Outputs[0].DType;
        _scale = T.CreateSaturating(op.Scale);
    }

    /// <summary>Whether there are few enough queries.</summary>
    public static bool Takes(Step step) => step.Inputs[0].Shape[2] <= SkinnyGemm.Few;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var pointers = stackalloc nint[operands.Length];
        operands.CopyTo(new(pointers, operands.Length));
        var job = new Job(this, pointers, pointers[operands.Length - 1]);
        long tasks = (long)_shape.Batch * (_shape.Queries == 1 ? _shape.Groups : _shape.Heads);
        // Where tasks are fewer than threads, the threads share each product instead.
        if (tasks < WorkerPool.Threads) job.Execute(0, tasks, 0);
        else WorkerPool.ParallelChunks(tasks, Math.Max(1, 65536 / ((long)_shape.Keys * (_shape.Depth + _shape.ValueDepth))), job);
    }

    private readonly struct Job(FewQueriesKernel<TSource, T, TExp> owner, nint* operands, nint output) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var shape = owner._shape;
            var single = shape.Queries == 1;
            for (var index = start; index < end; index++)
            {
                var (batch, head) = Math.DivRem(index, single ? shape.Groups : shape.Heads);
                if (single) owner.Rows(operands, output, batch, head * shape.Shared, shape.Shared, owner._query.Head, owner._bias?.Head ?? 0);
                else owner.Rows(operands, output, batch, head, shape.Queries, owner._query.Row, owner._bias?.Row ?? 0);
            }
        }
    }

    /// <summary>Queries that meet the same keys: all of one head, or one of each head that shares keys.</summary>
    private void Rows(nint* operands, nint output, long batch, long head, int rows, nint queryStride, nint biasStride)
    {
        var keyHead = head / _shape.Shared;
        var (first, end) = _window.Range(0, _shape.Queries);
        var (keys, depth) = (end - first, _shape.ValueDepth);
        var target = (TSource*)output + (batch * _shape.Heads + head) * _shape.Queries * depth;
        if (keys == 0)
        {
            new Span<TSource>(target, rows * depth).Clear();
            return;
        }

        using var scratch = Scratch.Rent(((long)rows * keys + rows * depth) * sizeof(T));
        T* scores = (T*)scratch.Pointer, result = typeof(TSource) == typeof(T) ? (T*)target : scores + (nint)rows * keys;
        MatrixProduct.RunMixed(
            new GemmShape(rows, keys, _shape.Depth) { ARow = queryStride, AColumn = _query.Column, BRow = _key.Column, BColumn = _key.Row, CRow = keys },
            (TSource*)operands[0] + _query.Start(batch, head), (TSource*)operands[1] + _key.Start(batch, keyHead) + first * _key.Row, scores, _scale, T.Zero, default(NoEpilogue<T>));
        for (var row = 0; row < rows; row++)
        {
            var bias = _bias is { } strides ? (TSource*)operands[3] + strides.Start(batch, head) + row * biasStride + first * strides.Column : null;
            var own = scores + (nint)row * keys;
            for (var key = 0; bias != null && key < keys; key++) own[key] += HalfFormats.Load<T, TSource>(bias + key * _bias!.Value.Column);
            var query = _shape.Queries == 1 ? 0 : row;
            var (from, to) = _window.Range(query, query + 1);
            ScoreRow.Softmax<T, TExp>(own, keys, from - first, to - first);
        }
        MatrixProduct.RunMixed(
            new GemmShape(rows, depth, keys) { ARow = keys, AColumn = 1, BRow = _value.Row, BColumn = _value.Column, CRow = depth },
            scores, (TSource*)operands[2] + _value.Start(batch, keyHead) + first * _value.Row, result, T.One, T.Zero, default(NoEpilogue<T>));
        if (typeof(TSource) != typeof(T)) HalfConversion.Narrow(_type, (float*)result, (nint)target, (long)rows * depth);
    }
}
