using CudaNet.VirtualGpu.Machine;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu;

/// <summary>What a profiler would count in a launch.</summary>
public sealed class LaunchCounters
{
    private readonly Dictionary<InstructionClass, long> _mix = [];
    private readonly LaunchTotals _totals;
    private readonly PcInfo[] _info;

    internal LaunchCounters(LaunchTotals totals, PcInfo[] info)
    {
        _totals = totals;
        _info = info;
        for (int pc = 0; pc < info.Length; pc++)
        {
            ref readonly var count = ref totals.Counts[pc];
            WarpInstructions += count.Warps;
            ThreadInstructions += count.Lanes;
            _mix[info[pc].Class] = _mix.GetValueOrDefault(info[pc].Class) + count.Lanes;
            GlobalSectors += count.Sectors;
            IdealGlobalSectors += count.IdealSectors;
            SharedWavefronts += count.Wavefronts;
            SharedBankConflicts += count.Wavefronts - count.IdealWavefronts;
            CountFlops(info[pc], count.Lanes);
        }
    }

    /// <summary>Instructions that warps executed, each counted once for its 32 lanes.</summary>
    public long WarpInstructions { get; }

    /// <summary>Instructions that threads executed.</summary>
    public long ThreadInstructions { get; }

    /// <summary>Lanes that idled while their warp executed an instruction, over all lanes: divergence, predicates and ragged blocks. 0 to 1.</summary>
    public double InactiveLanes => WarpInstructions == 0 ? 0 : 1 - (ThreadInstructions / (32.0 * WarpInstructions));

    /// <summary>Thread instructions by class.</summary>
    public IReadOnlyDictionary<InstructionClass, long> Mix => _mix;

    /// <summary>32-byte sectors of global memory that the accesses touched.</summary>
    public long GlobalSectors { get; }

    /// <summary>Sectors that would do if the bytes lay side by side.</summary>
    public long IdealGlobalSectors { get; }

    /// <summary>Ideal over requested sectors, in percent; 100 without global accesses.</summary>
    public double CoalescingPercent => GlobalSectors == 0 ? 100 : 100.0 * IdealGlobalSectors / GlobalSectors;

    /// <summary>Passes through the banks of shared memory.</summary>
    public long SharedWavefronts { get; }

    /// <summary>Passes beyond those that accesses without bank conflicts need.</summary>
    public long SharedBankConflicts { get; }

    /// <summary>Bytes that threads read from global memory.</summary>
    public long GlobalBytesRead => _totals.BytesRead[(int)Space.Global];

    /// <summary>Bytes that threads wrote to global memory.</summary>
    public long GlobalBytesWritten => _totals.BytesWritten[(int)Space.Global];

    /// <summary>Bytes that threads read from shared memory.</summary>
    public long SharedBytesRead => _totals.BytesRead[(int)Space.Shared];

    /// <summary>Bytes that threads wrote to shared memory.</summary>
    public long SharedBytesWritten => _totals.BytesWritten[(int)Space.Shared];

    /// <summary>Bytes that threads read from local memory: arrays, spills and arguments of calls.</summary>
    public long LocalBytesRead => _totals.BytesRead[(int)Space.Local];

    /// <summary>Bytes that threads wrote to local memory.</summary>
    public long LocalBytesWritten => _totals.BytesWritten[(int)Space.Local];

    /// <summary>Bytes that threads read from constants and parameters.</summary>
    public long ConstantBytesRead => _totals.BytesRead[(int)Space.Const] + _totals.BytesRead[(int)Space.Param];

    /// <summary>f32 operations outside of the tensor cores; a fused multiply-add is two.</summary>
    public long Float32Flops { get; private set; }

    /// <summary>f64 operations outside of the tensor cores.</summary>
    public long Float64Flops { get; private set; }

    /// <summary>f16 and bf16 operations outside of the tensor cores.</summary>
    public long HalfFlops { get; private set; }

    /// <summary>Operations of the tensor cores on f16 and bf16.</summary>
    public long TensorHalfFlops { get; private set; }

    /// <summary>Operations of the tensor cores on tf32.</summary>
    public long TensorTf32Flops { get; private set; }

    /// <summary>Operations of the tensor cores on f64.</summary>
    public long TensorFloat64Flops { get; private set; }

    /// <summary>Operations of the tensor cores on 8-bit integers. They are not part of <see cref="Flops"/>.</summary>
    public long TensorInt8Ops { get; private set; }

    /// <summary>All floating-point operations.</summary>
    public long Flops => Float32Flops + Float64Flops + HalfFlops + TensorHalfFlops + TensorTf32Flops + TensorFloat64Flops;

    /// <summary>Every instruction that was executed, in the order of the PTX text.</summary>
    public IReadOnlyList<InstructionProfile> Profile()
    {
        List<InstructionProfile> profile = [];
        for (int pc = 0; pc < _info.Length; pc++)
        {
            ref readonly var count = ref _totals.Counts[pc];
            if (count.Warps == 0) continue;
            profile.Add(new InstructionProfile
            {
                PtxLine = _info[pc].Source.Line,
                SourceLine = _info[pc].Source.SourceLine,
                Instruction = _info[pc].Source.Text,
                Class = _info[pc].Class,
                Executions = count.Warps,
                Threads = count.Lanes,
                Sectors = count.Sectors,
                IdealSectors = count.IdealSectors,
                BankConflicts = count.Wavefronts - count.IdealWavefronts,
            });
        }

        profile.Sort((a, b) => a.PtxLine.CompareTo(b.PtxLine));
        return profile;
    }

    /// <summary>The least time that this work can take on a card.</summary>
    /// <param name="card">The card.</param>
    public RooflineEstimate Roofline(GpuCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        double vector = (Float32Flops / card.Float32Flops) + (Float64Flops / card.Float64Flops) + (HalfFlops / card.HalfFlops);
        double tensor = (TensorHalfFlops / card.TensorHalfFlops) + (TensorTf32Flops / card.TensorTf32Flops)
            + (TensorFloat64Flops / card.TensorFloat64Flops) + (TensorInt8Ops / card.TensorInt8Ops);
        return new RooflineEstimate(card, GlobalSectors * 32.0 / card.Bandwidth, Math.Max(vector, tensor));
    }

    private void CountFlops(PcInfo info, long lanes)
    {
        long flops = info.Flops * lanes;
        if (flops == 0) return;
        if (info.Tensor)
        {
            if (Array.Exists(info.Source.Modifiers, name => name is "s8" or "u8")) TensorInt8Ops += flops;
            else if (Array.IndexOf(info.Source.Modifiers, "tf32") >= 0) TensorTf32Flops += flops;
            else if (Array.IndexOf(info.Source.Modifiers, "f64") >= 0) TensorFloat64Flops += flops;
            else TensorHalfFlops += flops;
            return;
        }

        string type = info.Source.Modifiers[^1];
        if (type == "f64") Float64Flops += flops;
        else if (type == "f32") Float32Flops += flops;
        else HalfFlops += flops;
    }
}
