using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Gradient of a normalisation by its input: statistics, two sums, and the result, while a group is in cache.</summary>
/// <remarks>Operands: x, upstream, then γ, which may be missing, and the result.</remarks>
internal sealed unsafe class NormGradKernel<T>(Step step, NormLayout layout, double epsilon, bool centre) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly bool _weighted = step.Inputs.Count > 2;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var gamma = _weighted ? (T*)operands[2] : null;
        WorkerPool.ParallelFor(layout.Groups, layout.Grain(RowLoop.ElementsPerPart), new Job((T*)operands[0], (T*)operands[1], gamma, (T*)operands[^1], layout, T.CreateSaturating(epsilon), centre));
    }

    private readonly struct Job(T* x, T* upstream, T* gamma, T* gradient, NormLayout layout, T epsilon, bool centre) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            var count = T.CreateChecked(layout.GroupSize);
            for (var group = start; group < end; group++)
            {
                var (mean, scale) = RowMoments.Of(x + group * layout.Row, layout, epsilon, centre);
                T sum = T.Zero, overlap = T.Zero;
                Pass(group, mean, scale, ref sum, ref overlap, sums: true);
                sum = centre ? sum / count : T.Zero;
                overlap = overlap * scale / count * scale;
                Pass(group, mean, scale, ref sum, ref overlap, sums: false);
            }
        }

        /// <summary>Sums of the upstream gradient and of its products with the centred values over a group; or the result from their means.</summary>
        private void Pass(long group, T mean, T scale, ref T sum, ref T overlap, bool sums)
        {
            T one = T.One;
            var (first, weight) = (group * layout.Row, layout.FirstWeight(group));
            for (long outer = 0; outer < layout.Outer; outer++, first += layout.RowStride)
                for (nint run = 0; run < layout.Runs; run++)
                {
                    var at = first + run * layout.Run;
                    if (layout.PerElement)
                    {
                        if (sums) RowGradients.Sums<T, DenseSource<T>>(x + at, upstream + at, gamma + weight, layout.Run, mean, ref sum, ref overlap);
                        else RowGradients.Backward<T, DenseSource<T>>(x + at, upstream + at, gamma + weight, gradient + at, layout.Run, mean, scale, sum, overlap);
                    }
                    else
                    {
                        var own = gamma == null ? &one : gamma + weight + run;
                        if (sums) RowGradients.Sums<T, RepeatedSource<T>>(x + at, upstream + at, own, layout.Run, mean, ref sum, ref overlap);
                        else RowGradients.Backward<T, RepeatedSource<T>>(x + at, upstream + at, own, gradient + at, layout.Run, mean, scale, sum, overlap);
                    }
                }
        }
    }
}
