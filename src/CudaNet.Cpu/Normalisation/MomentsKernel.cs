using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Mean and variance of groups: of long rows a group at a time while it is in cache, of short ones many groups side by side.</summary>
/// <remarks>Operands: x and the result, the means and then the variances.</remarks>
internal sealed unsafe class MomentsKernel<T>(NormLayout layout) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
{
    // Columns side by side in a part: whole cache lines, and a block of rows of them stays in the first-level cache.
    private const long ColumnsOfStrip = 256;

    // The error of a sum grows with the number of blocks of rows, not of rows.
    private const long BlockRows = 128;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var grain = layout.Grain(RowLoop.ElementsPerPart);
        if (!layout.HasLongRuns) grain = Math.Max(grain, ColumnsOfStrip / layout.Row);
        WorkerPool.ParallelFor(layout.Groups, grain, new Job((T*)operands[0], (T*)operands[1], layout));
    }

    private readonly struct Job(T* x, T* result, NormLayout layout) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            if (layout.HasLongRuns)
            {
                for (var group = start; group < end; group++) (result[group], result[layout.Groups + group]) = RowMoments.Of(x + group * layout.Row, layout, centre: true);
                return;
            }
            var strip = Math.Max(1, ColumnsOfStrip / layout.Row);
            using var scratch = Scratch.Rent(3 * strip * layout.Row * sizeof(T));
            for (var group = start; group < end; group += strip) Strip(group, Math.Min(strip, end - group), (T*)scratch.Pointer);
        }

        private void Strip(long group, long groups, T* sums)
        {
            var columns = (nint)groups * layout.Row;
            var count = T.CreateChecked(layout.GroupSize);
            T* first = x + group * layout.Row, means = result + group, expanded = sums + columns, block = expanded + columns;
            SimdLoop.Fill(sums, T.Zero, columns);
            SimdLoop.ReduceRows<T, AddOperator<T>>(first, (nint)layout.Outer, layout.RowStride, sums, columns);
            Fold(sums, groups, count, means);
            for (long k = 0; k < groups; k++) SimdLoop.Fill(expanded + k * layout.Row, means[k], layout.Row);
            SimdLoop.Fill(sums, T.Zero, columns);
            for (long outer = 0; outer < layout.Outer; outer++)
            {
                if (outer % BlockRows == 0) SimdLoop.Fill(block, T.Zero, columns);
                RowMoments.AddSquares(first + outer * layout.RowStride, expanded, block, columns);
                if (outer % BlockRows == BlockRows - 1 || outer == layout.Outer - 1) SimdLoop.Binary<T, AddOperator<T>>(sums, block, sums, columns);
            }
            Fold(sums, groups, count, means + layout.Groups);
        }

        private void Fold(T* sums, long groups, T count, T* result)
        {
            for (long k = 0; k < groups; k++)
            {
                T sum = T.Zero;
                for (nint j = 0; j < layout.Row; j++) sum += sums[k * layout.Row + j];
                result[k] = sum / count;
            }
        }
    }
}
