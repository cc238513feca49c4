using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Cpu.Threading;
using CudaNet.Execution;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Normalisation by mean and variance or by the root mean square, with weights: three passes over a group while it is in cache.</summary>
/// <remarks>Operands: x, then γ, then β, of which the last ones may be missing, and the result.</remarks>
internal sealed unsafe class NormKernel<T>(Step step, NormLayout layout, double epsilon, bool centre) : IStepKernel
    where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
{
    private readonly int _inputs = step.Inputs.Count;

    public void Run(ReadOnlySpan<nint> operands)
    {
        var gamma = _inputs > 1 ? (T*)operands[1] : null;
        var beta = _inputs > 2 ? (T*)operands[2] : null;
        WorkerPool.ParallelFor(layout.Groups, layout.Grain(RowLoop.ElementsPerPart), new Job((T*)operands[0], gamma, beta, (T*)operands[^1], layout, T.CreateSaturating(epsilon), centre));
    }

    private readonly struct Job(T* x, T* gamma, T* beta, T* y, NormLayout layout, T epsilon, bool centre) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            T one = T.One, zero = T.Zero;
            for (var group = start; group < end; group++)
            {
                var first = group * layout.Row;
                var (mean, scale) = RowMoments.Of(x + first, layout, epsilon, centre);
                var weight = layout.FirstWeight(group);
                for (long outer = 0; outer < layout.Outer; outer++, first += layout.RowStride)
                {
                    if (layout.PerElement)
                    {
                        if (beta == null) RowMoments.Normalize<T, DenseSource<T>, RepeatedSource<T>>(x + first, y + first, layout.Row, mean, scale, gamma + weight, &zero);
                        else RowMoments.Normalize<T, DenseSource<T>, DenseSource<T>>(x + first, y + first, layout.Row, mean, scale, gamma + weight, beta + weight);
                        continue;
                    }
                    for (nint run = 0; run < layout.Runs; run++)
                    {
                        var at = first + run * layout.Run;
                        RowMoments.Normalize<T, RepeatedSource<T>, RepeatedSource<T>>(
                            x + at, y + at, layout.Run, mean, scale, gamma == null ? &one : gamma + weight + run, beta == null ? &zero : beta + weight + run);
                    }
                }
            }
        }
    }
}
