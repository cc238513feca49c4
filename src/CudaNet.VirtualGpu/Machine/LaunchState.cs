using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine;

/// <summary>What all blocks of a launch share.</summary>
internal sealed unsafe class LaunchState(KernelProgram program, DeviceMemory memory)
{
    private const int MaxFindings = 200;
    private readonly Dictionary<(FindingKind, int), Finding> _findings = [];
    private readonly Lock _gate = new();
    private volatile bool _aborted;

    public KernelProgram Program => program;

    public Allocation[] Allocations { get; } = memory.Snapshot();

    public required long Id { get; init; }

    public required Dim3 GridSize { get; init; }

    public required Dim3 BlockSize { get; init; }

    public required int DynamicShared { get; init; }

    public required int SharedBytes { get; init; }

    public required int SmCount { get; init; }

    public required CheckOptions Checks { get; init; }

    public required long InstructionLimit { get; init; }

    public required byte* Parameters { get; init; }

    public required Action<string> Print { get; init; }

    public bool Aborted => _aborted;

    public void Abort() => _aborted = true;

    public Finding[] Findings()
    {
        lock (_gate) return [.. _findings.Values.OrderBy(finding => finding.PtxLine).ThenBy(finding => finding.Kind)];
    }

    /// <summary>Notes what a checker found. The same finding of the same instruction is counted, not repeated.</summary>
    public void Report(FindingKind kind, Warp w, Insn* i, int lane, string message, Space space = Space.Register, ulong address = 0, int bytes = 0, int other = -1)
    {
        int pc = (int)(i - program.Code);
        lock (_gate)
        {
            if (_findings.TryGetValue((kind, pc), out var known))
            {
                known.Count++;
                return;
            }

            if (_findings.Count >= MaxFindings) return;
            var source = program.Info[pc].Source;
            string? allocation = space == Space.Global ? memory.Explain(Allocations, address) : null;
            _findings[(kind, pc)] = new Finding
            {
                Kind = kind,
                Message = message,
                Kernel = program.Name,
                PtxLine = source.Line,
                Instruction = source.Text,
                SourceFile = source.SourceLine > 0 ? program.Files.GetValueOrDefault(source.File) : null,
                SourceLine = source.SourceLine,
                Block = w.Block.Position,
                Thread = BlockSize.At(w.ThreadIndex(lane)),
                OtherThread = other < 0 ? null : BlockSize.At(other),
                Address = address,
                AddressSpace = space == Space.Register ? "" : space.ToString().ToLowerInvariant(),
                Bytes = bytes,
                Allocation = allocation,
            };
        }
    }

    /// <summary>The allocation of an address that no live allocation holds: freed, or never there.</summary>
    public bool WasFreed(ulong address) => memory.WasFreed(address) is not null;

    public string? ReadText(Warp w, ulong generic, int lane, int limit = 1 << 16)
    {
        var bytes = new List<byte>();
        for (; bytes.Count < limit; generic++)
        {
            byte* at = Locate(w, generic, lane, 1);
            if (at is null) return null;
            if (*at == 0) return System.Text.Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
            bytes.Add(*at);
        }

        return null;
    }

    /// <summary>Host pointer of a generic address for one lane, without checks; null when it lies nowhere.</summary>
    public byte* Locate(Warp w, ulong generic, int lane, int bytes)
    {
        if (generic - AddressMap.LocalWindow < AddressMap.WindowBytes)
        {
            ulong offset = generic - AddressMap.LocalWindow;
            return offset + (ulong)bytes <= (ulong)w.LocalBytes ? w.LocalBase + ((long)lane * w.LocalBytes) + offset : null;
        }

        if (generic - AddressMap.SharedWindow < AddressMap.WindowBytes)
        {
            ulong offset = generic - AddressMap.SharedWindow;
            return offset + (ulong)bytes <= (ulong)SharedBytes ? w.Block.Shared + offset : null;
        }

        var allocation = DeviceMemory.Find(Allocations, generic);
        return allocation is not null && allocation.Contains(generic, (ulong)bytes) ? allocation.Host + (generic - allocation.Start) : null;
    }
}
