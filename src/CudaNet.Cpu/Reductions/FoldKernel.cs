using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.Cpu.Elementwise;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Reductions;

/// <summary>
/// A reduction with the elementwise programs in front of it and behind it. Work is cut by sizes only, never by the
/// number of threads, and partial results are combined in a fixed order: the same bits on any number of threads.
/// </summary>
/// <remarks>Sums go in balanced trees of at most 2048 elements; the partial sums of floats are added in double.</remarks>
internal sealed unsafe class FoldKernel<T, TReduce> : IStepKernel
    where T : unmanaged, INumber<T>
    where TReduce : struct, IReduceOperator<T>
{
    /// <summary>Elements that are worth a task of their own.</summary>
    private const long TaskElements = 64 << 10;

    /// <summary>Results that are kept in cache until the epilogue takes them.</summary>
    private const int ResultBlock = 1024;

    /// <summary>Rows that are added up before the sum joins the others: bounds the rounding error of long columns.</summary>
    private const long RowsPerLevel = 64;

    /// <summary>Shorter rows are turned into columns: a vector then holds many rows instead of a part of one.</summary>
    private const long ShortRow = 48;

    /// <summary>Columns that fill some vectors: fewer are folded as if several rows were one.</summary>
    private const long FewColumns = 128;

    private readonly FoldSpace _space;
    private readonly BlockSource _source;
    private readonly ElementwiseRunner _epilogue;
    private readonly int _inputs;
    private readonly int _extras;
    private readonly long _segments;
    private readonly T _empty;

    /// <param name="step">A step of a <see cref="FusedReduction"/>.</param>
    /// <param name="empty">The value of folding nothing.</param>
    public FoldKernel(Step step, T empty)
    {
        var op = (FusedReduction)step.Op;
        var folded = op.Folded;
        _empty = empty;
        _inputs = op.Program.Inputs.Length;
        _extras = step.Inputs.Count - _inputs;
        _space = new(op.Shape, [.. step.Inputs.Take(_inputs).Select(input => input.Layout)], ((IReduction)op.Reduction).Axes, reorder: true);
        _source = new(op.Program, _space.Shape, _space.Layouts, folded.DType);
        var epilogue = op.Epilogue ?? new ElementwiseProgram([folded.DType], [], [0]);
        _epilogue = new(epilogue, folded.Shape, [Layout.Contiguous(folded.Shape), .. step.Inputs.Skip(_inputs).Select(input => input.Layout)], new(WideInput: true));
        _segments = Segments();
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        if (_space.Keep == 0) return;
        fixed (nint* pointers = operands)
        {
            if (_segments == 1)
            {
                var (count, unit) = _space.RunIsFolded ? (_space.KeptRuns, ResultBlock) : (_space.KeptRuns * Chunks, 1L);
                var perUnit = _space.RunIsFolded ? _space.Fold : _space.FoldedRuns * ChunkLength;
                WorkerPool.ParallelFor(count, Math.Max(1, (long)(TaskElements / _source.Cost / Math.Max(1, perUnit))), new ResultsJob(this, pointers, unit));
                return;
            }
            using var scratch = Scratch.Rent((_segments + 1) * _space.Keep * sizeof(T));
            var partials = (T*)scratch.Pointer;
            WorkerPool.ParallelFor(_segments * Pieces, 1, new SegmentsJob(this, pointers, partials));
            var results = partials + _segments * _space.Keep;
            Combine(partials, results);
            Finish(pointers, results, 0, _space.Keep);
        }
    }

    /// <summary>Columns that are folded together, where a run is kept.</summary>
    private long ChunkLength => Math.Clamp(_space.Run, 1, BlockSource.Block);

    private long Chunks => (_space.Run + ChunkLength - 1) / ChunkLength;

    /// <summary>Independent pieces of the result, for segments.</summary>
    private long Pieces => _space.RunIsFolded ? _space.KeptRuns : _space.KeptRuns * Chunks;

    /// <summary>Into how many parts the folded elements are cut, where there are too few results to occupy the threads.</summary>
    private long Segments()
    {
        if (_space.Fold == 0 || Pieces == 0) return 1;
        var perPiece = _space.RunIsFolded ? _space.Fold : _space.FoldedRuns * ChunkLength;
        if (Pieces >= 16 || perPiece < 2 * TaskElements) return 1;
        var units = _space.RunIsFolded && _space.FoldedRuns == 1 ? _space.Run / BlockSource.Block : _space.FoldedRuns;
        return Math.Clamp(Math.Min(perPiece / TaskElements, units), 1, 64);
    }

    /// <summary>The part of the folded runs (or of the one run) that is a segment's.</summary>
    private static (long Start, long End) Part(long count, long segment, long segments) => (count * segment / segments, count * (segment + 1) / segments);

    private void FoldResults(nint* operands, long start, long end, long unit)
    {
        using var scratch = Scratch.Rent((3 * BlockSource.Block + Math.Max(ResultBlock, ChunkLength)) * (long)sizeof(T));
        var buffer = scratch.Pointer;
        var level = (T*)buffer + BlockSource.Block;
        var results = level + 2 * BlockSource.Block;
        if (!_space.RunIsFolded)
        {
            for (var piece = start; piece < end; piece++)
            {
                var (group, chunk) = Math.DivRem(piece, Chunks);
                var first = chunk * ChunkLength;
                var columns = Math.Min(ChunkLength, _space.Run - first);
                FoldColumns(operands, group, first, columns, 0, _space.FoldedRuns, results, buffer, level);
                var position = group * _space.Run + first;
                Finish(operands, results, position, position + columns);
            }
            return;
        }
        for (var first = start; first < end; first += unit)
        {
            var last = Math.Min(end, first + unit);
            FoldRows(operands, first, last, results, buffer, level);
            Finish(operands, results, first, last);
        }
    }

    /// <summary>Folds groups whose runs are folded: one result a group.</summary>
    private void FoldRows(nint* operands, long first, long last, T* results, byte* buffer, T* level)
    {
        var length = _space.Run;
        if (_space.Fold == 0) SimdLoop.Fill(results, _empty, (nint)(last - first));
        else if (_space.IsConsecutive && (_source.InMemory || length <= BlockSource.Block / 2))
        {
            // Several rows are computed at once; what lies in memory is folded from there.
            var rows = _source.InMemory && length > ShortRow ? last - first : BlockSource.Block / length;
            for (var group = first; group < last; group += rows)
            {
                var count = Math.Min(rows, last - group);
                var values = (T*)_source.Values(operands, _space.PositionOfGroup(group), count * length, buffer);
                if (length <= ShortRow && count >= 8)
                {
                    for (long i = 0; i < length; i++) Conversions.LoadStrided(values + i, (nint)length, level + i * count, (nint)count);
                    SimdLoop.Fill(results + (group - first), TReduce.Identity, (nint)count);
                    SimdLoop.ReduceRows<T, TReduce>(level, (nint)length, (nint)count, results + (group - first), (nint)count);
                }
                else for (long r = 0; r < count; r++) results[group - first + r] = SimdLoop.Reduce<T, TReduce>(values + r * length, (nint)length);
            }
        }
        else
            for (var group = first; group < last; group++)
                results[group - first] = FoldedPart(operands, _space.PositionOfGroup(group), 0, _space.FoldedRuns, 0, length, buffer);
    }

    /// <summary>Folds a part of a group: some of its runs, or a part of its one run.</summary>
    private T FoldedPart(nint* operands, long position, long firstRun, long lastRun, long from, long to, byte* buffer)
    {
        var total = new Accumulator();
        for (var run = firstRun; run < lastRun; run++)
        {
            var start = position + _space.OffsetOfRun(run);
            for (var i = from; i < to; i += BlockSource.Block)
            {
                var n = Math.Min(BlockSource.Block, to - i);
                total.Add(SimdLoop.Reduce<T, TReduce>((T*)_source.Values(operands, start + i, n, buffer), (nint)n));
            }
        }
        return total.Value;
    }

    /// <summary>Folds a piece of a group whose runs are kept: as many results as columns.</summary>
    private void FoldColumns(nint* operands, long group, long first, long columns, long firstRun, long lastRun, T* results, byte* buffer, T* level)
    {
        if (firstRun >= lastRun)
        {
            SimdLoop.Fill(results, _empty, (nint)columns);
            return;
        }
        SimdLoop.Fill(results, TReduce.Identity, (nint)columns);
        var position = _space.PositionOfGroup(group) + first;
        if (_space.IsConsecutive && _source.InMemory)
        {
            var values = (T*)_source.Values(operands, position + firstRun * _space.Run, 0, buffer);
            AddRows(values, lastRun - firstRun, _space.Run, results, columns, level);
            return;
        }
        // Whole rows that follow each other are computed several at once.
        var together = _space.IsConsecutive && columns == _space.Run ? Math.Max(1, BlockSource.Block / columns) : 1;
        for (var run = firstRun; run < lastRun;)
        {
            SimdLoop.Fill(level, TReduce.Identity, (nint)columns);
            var end = Math.Min(lastRun, run + Math.Max(RowsPerLevel, together));
            while (run < end)
            {
                var rows = Math.Min(together, end - run);
                var values = (T*)_source.Values(operands, position + _space.OffsetOfRun(run), rows * columns, buffer);
                if (rows == 1) SimdLoop.Binary<T, TReduce>(level, values, level, (nint)columns);
                else AddRows(values, rows, columns, level, columns, level + BlockSource.Block);
                run += rows;
            }
            SimdLoop.Binary<T, TReduce>(results, level, results, (nint)columns);
        }
    }

    /// <summary>Adds rows to results, column by column.</summary>
    private static void AddRows(T* values, long rows, long stride, T* results, long columns, T* wide)
    {
        var together = stride == columns && columns < FewColumns ? Math.Min(rows, 2 * FewColumns / columns) : 1;
        if (together > 1)
        {
            var width = together * columns;
            SimdLoop.Fill(wide, TReduce.Identity, (nint)width);
            SimdLoop.ReduceRows<T, TReduce>(values, (nint)(rows / together), (nint)width, wide, (nint)width);
            SimdLoop.ReduceRows<T, TReduce>(wide, (nint)together, (nint)columns, results, (nint)columns);
            values += rows / together * width;
            rows %= together;
        }
        if (rows > 0) SimdLoop.ReduceRows<T, TReduce>(values, (nint)rows, (nint)stride, results, (nint)columns);
    }

    private void FoldSegment(nint* operands, long task, T* partials)
    {
        using var scratch = Scratch.Rent(3L * BlockSource.Block * sizeof(T));
        var level = (T*)scratch.Pointer + BlockSource.Block;
        var (segment, piece) = Math.DivRem(task, Pieces);
        var results = partials + segment * _space.Keep;
        if (!_space.RunIsFolded)
        {
            var (group, chunk) = Math.DivRem(piece, Chunks);
            var first = chunk * ChunkLength;
            var (start, end) = Part(_space.FoldedRuns, segment, _segments);
            FoldColumns(operands, group, first, Math.Min(ChunkLength, _space.Run - first), start, end, results + group * _space.Run + first, scratch.Pointer, level);
            return;
        }
        var position = _space.PositionOfGroup(piece);
        var (from, to) = Part(_space.FoldedRuns == 1 ? _space.Run : _space.FoldedRuns, segment, _segments);
        results[piece] = _space.FoldedRuns == 1
            ? FoldedPart(operands, position, 0, 1, from, to, scratch.Pointer)
            : FoldedPart(operands, position, from, to, 0, _space.Run, scratch.Pointer);
    }

    private void Combine(T* partials, T* results)
    {
        for (long k = 0; k < _space.Keep; k++)
        {
            var total = new Accumulator();
            for (long segment = 0; segment < _segments; segment++) total.Add(partials[segment * _space.Keep + k]);
            results[k] = total.Value;
        }
    }

    /// <summary>Sends results first … last − 1 through the epilogue, or just stores them.</summary>
    private void Finish(nint* operands, T* results, long first, long last)
    {
        var all = stackalloc nint[_extras + 2];
        all[0] = (nint)(results - first);
        for (var k = 0; k <= _extras; k++) all[k + 1] = operands[_inputs + k];
        _epilogue.Run(all, first, last);
    }

    /// <summary>Combines partial results one by one; sums of floats in double, so that their number does not matter.</summary>
    private struct Accumulator
    {
        private double _sum;
        private T _value = TReduce.Identity;

        public Accumulator()
        {
        }

        private static bool IsFloatSum => typeof(T) == typeof(float) && typeof(TReduce) == typeof(AddOperator<float>);

        public readonly T Value => IsFloatSum ? T.CreateTruncating(_sum) : _value;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(T value)
        {
            if (IsFloatSum)
            {
                _sum += double.CreateTruncating(value);
                return;
            }
            var (a, b) = (_value, value);
            SimdLoop.Binary<T, TReduce>(&a, &b, &a, 1);
            _value = a;
        }
    }

    private readonly struct ResultsJob(FoldKernel<T, TReduce> kernel, nint* operands, long unit) : IRangeJob
    {
        public void Execute(long start, long end, int worker) => kernel.FoldResults(operands, start, end, unit);
    }

    private readonly struct SegmentsJob(FoldKernel<T, TReduce> kernel, nint* operands, T* partials) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            for (var task = start; task < end; task++) kernel.FoldSegment(operands, task, partials);
        }
    }
}
