using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine;

/// <summary>Values that a thread reads but no instruction computes; they are put into the frame before it runs.</summary>
internal enum SpecialKind
{
    TidX, TidY, TidZ, NtidX, NtidY, NtidZ, CtaidX, CtaidY, CtaidZ, NctaidX, NctaidY, NctaidZ,
    LaneId, WarpId, WarpCount, SmId, SmCount, GridId,
    LaneMaskEq, LaneMaskLe, LaneMaskLt, LaneMaskGe, LaneMaskGt,
    DynamicShared, TotalShared, LocalBase,
}

/// <summary>A function ready to run. Its frame holds constants first, then registers.</summary>
internal sealed unsafe class FunctionCode
{
    public required string Name { get; init; }

    public int EntryPc { get; set; }

    public int FrameBytes { get; set; }

    /// <summary>Bytes of local memory of a thread: results and arguments first, then local variables.</summary>
    public int LocalBytes { get; set; }

    public int[] ParameterOffsets { get; set; } = [];

    public int[] ParameterBytes { get; set; } = [];

    /// <summary>Bytes of the result, which lies at the start of the local frame.</summary>
    public int ReturnBytes { get; set; }

    public int RegisterEstimate { get; set; }

    /// <summary>Image of the constants.</summary>
    public byte[] Constants { get; set; } = [];

    public (SpecialKind Kind, int Offset)[] Specials { get; set; } = [];

    /// <summary>Writes constants and special values into a fresh frame.</summary>
    public void FillFrame(Warp w, byte* frame)
    {
        Constants.CopyTo(new Span<byte>(frame, Constants.Length));
        var launch = w.Block.Launch;
        foreach (var (kind, offset) in Specials)
        {
            uint* slot = (uint*)(frame + offset);
            switch (kind)
            {
                case SpecialKind.TidX:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = (uint)(w.ThreadIndex(lane) % launch.BlockSize.X);
                    break;
                case SpecialKind.TidY:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = (uint)(w.ThreadIndex(lane) / launch.BlockSize.X % launch.BlockSize.Y);
                    break;
                case SpecialKind.TidZ:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = (uint)(w.ThreadIndex(lane) / (launch.BlockSize.X * launch.BlockSize.Y));
                    break;
                case SpecialKind.LaneId:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = (uint)lane;
                    break;
                case SpecialKind.LaneMaskEq:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = 1u << lane;
                    break;
                case SpecialKind.LaneMaskLt:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = (1u << lane) - 1;
                    break;
                case SpecialKind.LaneMaskLe:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = (uint)((2UL << lane) - 1);
                    break;
                case SpecialKind.LaneMaskGe:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = ~((1u << lane) - 1);
                    break;
                case SpecialKind.LaneMaskGt:
                    for (int lane = 0; lane < 32; lane++) slot[lane] = ~(uint)((2UL << lane) - 1);
                    break;
                case SpecialKind.GridId:
                    new Span<ulong>(slot, 32).Fill((ulong)launch.Id);
                    break;
                case SpecialKind.LocalBase:
                    new Span<ulong>(slot, 32).Fill((ulong)w.LocalFrame);
                    break;
                default:
                    new Span<uint>(slot, 32).Fill(Uniform(kind, w, launch));
                    break;
            }
        }
    }

    private static uint Uniform(SpecialKind kind, Warp w, LaunchState launch) => (uint)(kind switch
    {
        SpecialKind.NtidX => launch.BlockSize.X,
        SpecialKind.NtidY => launch.BlockSize.Y,
        SpecialKind.NtidZ => launch.BlockSize.Z,
        SpecialKind.CtaidX => w.Block.Position.X,
        SpecialKind.CtaidY => w.Block.Position.Y,
        SpecialKind.CtaidZ => w.Block.Position.Z,
        SpecialKind.NctaidX => launch.GridSize.X,
        SpecialKind.NctaidY => launch.GridSize.Y,
        SpecialKind.NctaidZ => launch.GridSize.Z,
        SpecialKind.WarpId => w.Index,
        SpecialKind.WarpCount => w.Block.WarpCount,
        SpecialKind.SmId => w.Block.Worker,
        SpecialKind.SmCount => launch.SmCount,
        SpecialKind.DynamicShared => launch.DynamicShared,
        _ => launch.SharedBytes,
    });
}

/// <summary>Text and class of one decoded instruction, for reports and counters.</summary>
internal readonly record struct PcInfo(PtxInstruction Source, InstructionClass Class, int Flops, bool Tensor);

/// <summary>A kernel with all functions it calls, decoded.</summary>
internal sealed unsafe class KernelProgram : IDisposable
{
    public required string Name { get; init; }

    public required PtxFunction Source { get; init; }

    public required FunctionCode Entry { get; init; }

    /// <summary>By the number of the function in its module; null when the kernel does not reach it.</summary>
    public required FunctionCode?[] Functions { get; init; }

    public required Insn* Code { get; init; }

    public required PcInfo[] Info { get; init; }

    /// <summary>Texts that instructions refer to, such as those of failed assertions.</summary>
    public required nint[] Owned { get; init; }

    public required int StaticShared { get; init; }

    /// <summary>Local memory of a thread for the deepest call.</summary>
    public required int LocalBytes { get; init; }

    public required int RegisterEstimate { get; init; }

    public required int[] ParameterOffsets { get; init; }

    public required int ParameterBytes { get; init; }

    public required IReadOnlyDictionary<int, string> Files { get; init; }

    public void Dispose()
    {
        foreach (nint pointer in Owned) NativeMemory.Free((void*)pointer);
        NativeMemory.Free(Code);
    }
}
