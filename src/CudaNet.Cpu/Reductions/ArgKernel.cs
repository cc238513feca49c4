using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Reductions;

/// <summary>Position of the greatest or least element of each group: the first of equal ones, the first NaN if there is one.</summary>
internal sealed unsafe class ArgKernel<T> : IStepKernel
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    private const long TaskElements = 64 << 10;

    /// <summary>Shorter runs are compared element by element.</summary>
    private const long ShortRun = 32;

    private readonly FoldSpace _space;
    private readonly BlockSource _source;
    private readonly bool _greatest;

    public ArgKernel(Step step, bool greatest)
    {
        _greatest = greatest;
        var input = step.Inputs[0];
        var axes = step.Op switch { ArgMax max => max.Axes, ArgMin min => min.Axes, _ => default };
        _space = new(input.Shape, [input.Layout], axes, reorder: false);
        _source = new(new([input.DType], [], [0]), _space.Shape, _space.Layouts, input.DType);
    }

    public void Run(ReadOnlySpan<nint> operands)
    {
        if (_space.Keep == 0) return;
        fixed (nint* pointers = operands)
        {
            var count = _space.RunIsFolded ? _space.KeptRuns : _space.KeptRuns * Chunks;
            var perUnit = _space.RunIsFolded ? _space.Fold : _space.FoldedRuns * ChunkLength;
            WorkerPool.ParallelFor(count, Math.Max(1, TaskElements / Math.Max(1, perUnit)), new Job(this, pointers));
        }
    }

    private long ChunkLength => Math.Clamp(_space.Run, 1, BlockSource.Block);

    private long Chunks => (_space.Run + ChunkLength - 1) / ChunkLength;

    /// <summary>Looks along one run after the other.</summary>
    private long AlongRows(nint* operands, long group, byte* buffer)
    {
        var start = _space.PositionOfGroup(group);
        var (best, found) = (T.Zero, -1L);
        for (long run = 0; run < _space.FoldedRuns; run++)
            for (long i = 0; i < _space.Run; i += BlockSource.Block)
            {
                var n = (nint)Math.Min(BlockSource.Block, _space.Run - i);
                var values = (T*)_source.Values(operands, start + _space.OffsetOfRun(run) + i, n, buffer);
                if (n <= ShortRun)
                {
                    for (nint k = 0; k < n; k++)
                        if (found < 0 || IsBetter(values[k], best)) (best, found) = (values[k], run * _space.Run + i + k);
                    continue;
                }
                // Two passes: the extreme by vectors, then its place. Most blocks do not reach the second.
                var extreme = _greatest ? SimdLoop.Reduce<T, MaxOperator<T>>(values, n) : SimdLoop.Reduce<T, MinOperator<T>>(values, n);
                if (found >= 0 && !IsBetter(extreme, best)) continue;
                nint at = 0;
                if (T.IsNaN(extreme)) while (!T.IsNaN(values[at])) at++;
                else while (values[at] != extreme) at++;
                (best, found) = (extreme, run * _space.Run + i + at);
            }
        return found;
    }

    /// <summary>Compares rows element by element with the best so far.</summary>
    private void AlongColumns(nint* operands, long group, long first, long columns, long* results, T* best, byte* buffer)
    {
        var position = _space.PositionOfGroup(group) + first;
        for (long run = 0; run < _space.FoldedRuns; run++)
        {
            var values = (T*)_source.Values(operands, position + _space.OffsetOfRun(run), columns, buffer);
            for (long k = 0; k < columns; k++)
                if (run == 0 || IsBetter(values[k], best[k])) (best[k], results[k]) = (values[k], run);
        }
    }

    private bool IsBetter(T value, T best) => (_greatest ? value > best : value < best) || (T.IsNaN(value) && !T.IsNaN(best));

    private readonly struct Job(ArgKernel<T> kernel, nint* operands) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            using var scratch = Scratch.Rent(2L * BlockSource.Block * sizeof(T));
            var results = (long*)operands[1];
            for (var piece = start; piece < end; piece++)
            {
                if (kernel._space.RunIsFolded)
                {
                    results[piece] = kernel.AlongRows(operands, piece, scratch.Pointer);
                    continue;
                }
                var (group, chunk) = Math.DivRem(piece, kernel.Chunks);
                var first = chunk * kernel.ChunkLength;
                kernel.AlongColumns(operands, group, first, Math.Min(kernel.ChunkLength, kernel._space.Run - first),
                    results + group * kernel._space.Run + first, (T*)scratch.Pointer + BlockSource.Block, scratch.Pointer);
            }
        }
    }
}
