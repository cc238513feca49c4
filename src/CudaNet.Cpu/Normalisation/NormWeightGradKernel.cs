using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Gradients of a normalisation by γ and β. Each part of the work has sums of its own, which are added in order.</summary>
/// <remarks>Operands: x, upstream, and the result: the gradient by γ, then that by β where the mean is subtracted.</remarks>
internal sealed unsafe class NormWeightGradKernel<T>(NormLayout layout, double epsilon, bool centre) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
{
    // Sums over a block of groups are added to those of the part: the error of a sum then grows with the number of blocks.
    private const long BlockGroups = 64;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var weights = (nint)layout.Weights;
        var grain = layout.Grain(RowLoop.ElementsPerPart);
        var parts = WorkerPool.PartCount(layout.Groups, grain);
        using var scratch = Scratch.Rent(parts * 4 * weights * sizeof(T));
        var sums = (T*)scratch.Pointer;
        WorkerPool.ParallelFor(layout.Groups, grain, new Job((T*)operands[0], (T*)operands[1], sums, layout, T.CreateSaturating(epsilon), centre));
        var result = (T*)operands[^1];
        var count = centre ? 2 * weights : weights;
        SimdLoop.Fill(result, T.Zero, count);
        SimdLoop.ReduceRows<T, AddOperator<T>>(sums, parts, 4 * weights, result, count);
    }

    private readonly struct Job(T* x, T* upstream, T* sums, NormLayout layout, T epsilon, bool centre) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            // Of each part: sums for γ and β, then those of the current block.
            var weights = (nint)layout.Weights;
            T* total = sums + worker * 4 * weights, block = total + 2 * weights;
            SimdLoop.Fill(total, T.Zero, 4 * weights);
            for (var group = start; group < end; group++)
            {
                Add(group, block + layout.FirstWeight(group), block + weights + layout.FirstWeight(group));
                if ((group - start) % BlockGroups != BlockGroups - 1 && group != end - 1) continue;
                SimdLoop.Binary<T, AddOperator<T>>(total, block, total, 2 * weights);
                SimdLoop.Fill(block, T.Zero, 2 * weights);
            }
        }

        private void Add(long group, T* gamma, T* beta)
        {
            T one = T.One;
            var first = group * layout.Row;
            var (mean, scale) = RowMoments.Of(x + first, layout, epsilon, centre);
            for (long outer = 0; outer < layout.Outer; outer++, first += layout.RowStride)
            {
                if (layout.PerElement)
                {
                    RowGradients.AddWeights(x + first, upstream + first, layout.Row, mean, scale, gamma, beta);
                    continue;
                }
                for (nint run = 0; run < layout.Runs; run++)
                {
                    T sum = T.Zero, overlap = T.Zero;
                    RowGradients.Sums<T, RepeatedSource<T>>(x + first + run * layout.Run, upstream + first + run * layout.Run, &one, layout.Run, mean, ref sum, ref overlap);
                    gamma[run] += overlap * scale;
                    beta[run] += sum;
                }
            }
        }
    }
}
