using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Attention;

/// <summary>Keys or values as panels that a micro-kernel reads as its left operand.</summary>
/// <param name="Operand">Which operand of the step.</param>
/// <param name="Strides">How it lies.</param>
/// <param name="Across">Rows of the left operand: keys, or with ByColumns elements of a key or value.</param>
/// <param name="Along">The summed dimension.</param>
/// <param name="ByColumns">Whether the sum runs over keys.</param>
internal readonly record struct PanelSet(int Operand, HeadStrides Strides, int Across, int Along, bool ByColumns);

/// <summary>Packs the keys and values of some heads, once for all queries that meet them.</summary>
/// <remarks>A panel is [Along, Rows]. The panels of a head lie one behind the other, set by set.</remarks>
internal sealed unsafe class PackedGroups<TSource, T, TKernel>(int groups, params PanelSet[] sets)
    where TSource : unmanaged
    where T : unmanaged
    where TKernel : struct, IMicroKernel<T>
{
    // Some 16 K elements to copy take as long as waking a thread pays for.
    private const int ElementsPerPart = 16384;

    private readonly int _panels = sets.Sum(Panels);

    /// <summary>Elements of one head.</summary>
    public nint Size { get; } = (nint)sets.Sum(Elements);

    /// <summary>Where the sets begin within a head.</summary>
    public IReadOnlyList<nint> Starts { get; } = [.. sets.Select((_, set) => (nint)sets.Take(set).Sum(Elements))];

    /// <summary>Packs heads [first, first + count), counted over batch and key heads.</summary>
    public void Run(nint* operands, long first, long count, T* packed)
    {
        var grain = Math.Max(1, ElementsPerPart / Math.Max(1, Size / _panels));
        WorkerPool.ParallelFor(count * _panels, grain, new Job(this, operands, first, packed));
    }

    private static int Panels(PanelSet set) => (set.Across + TKernel.Rows - 1) / TKernel.Rows;

    private static long Elements(PanelSet set) => (long)Panels(set) * TKernel.Rows * set.Along;

    private void Pack(nint* operands, long group, int panel, T* packed)
    {
        foreach (var set in sets)
        {
            if (panel >= Panels(set))
            {
                panel -= Panels(set);
                packed += (nint)Elements(set);
                continue;
            }
            var (across, along) = set.ByColumns ? (set.Strides.Column, set.Strides.Row) : (set.Strides.Row, set.Strides.Column);
            var first = panel * TKernel.Rows;
            var source = (TSource*)operands[set.Operand] + set.Strides.Start(group / groups, group % groups) + first * across;
            GemmPacking.PackPanel(source, across, along, Math.Min(TKernel.Rows, set.Across - first), TKernel.Rows, set.Along, packed + (nint)first * set.Along);
            return;
        }
    }

    private readonly struct Job(PackedGroups<TSource, T, TKernel> owner, nint* operands, long first, T* packed) : IRangeJob
    {
        public void Execute(long start, long end, int worker)
        {
            for (var index = start; index < end; index++)
                owner.Pack(operands, first + index / owner._panels, (int)(index % owner._panels), packed + (nint)(index / owner._panels) * owner.Size);
        }
    }
}
