using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>Gives a decoded function its frame and writes its instructions.</summary>
internal sealed unsafe class FunctionAssembler(FunctionCompiler function, Insn* code, PcInfo[] info, List<nint> owned, int start)
{
    // What the real assembler needs beside the values of the program: addresses and temporaries.
    private const int RegisterOverhead = 6;

    private int[] _constants = [];
    private RegisterAllocator _registers = null!;

    /// <returns>The estimate of registers a thread.</returns>
    public int Run()
    {
        var emitted = function.Emitted;
        int constantBytes = LayOutConstants();
        var graph = new FlowGraph(emitted, function.Starts);
        _registers = new RegisterAllocator(emitted, graph, function.Registers, constantBytes);
        function.Code.EntryPc = start;
        function.Code.FrameBytes = _registers.FrameBytes;
        for (int i = 0; i < emitted.Count; i++) Write(emitted[i], i, graph);
        return Math.Clamp((_registers.Pressure + RegisterOverhead + 7) & ~7, 16, 255);
    }

    private int LayOutConstants()
    {
        _constants = new int[function.Constants.Count];
        int offset = 0;
        for (int c = 0; c < _constants.Length; c++)
        {
            _constants[c] = offset;
            offset += function.Constants[c].Size == 8 ? 256 : 128;
        }

        var image = new byte[offset];
        List<(SpecialKind, int)> specials = [];
        for (int c = 0; c < _constants.Length; c++)
        {
            var (bits, size, special) = function.Constants[c];
            if (special is { } kind) specials.Add((kind, _constants[c]));
            else if (size == 8) MemoryMarshal.Cast<byte, ulong>(image.AsSpan(_constants[c], 256)).Fill(bits);
            else MemoryMarshal.Cast<byte, uint>(image.AsSpan(_constants[c], 128)).Fill((uint)bits);
        }

        function.Code.Constants = image;
        function.Code.Specials = [.. specials];
        return offset;
    }

    private int Place(Ref operand) => operand.Kind switch
    {
        RefKind.Use or RefKind.Define => _registers.Offsets[operand.Id],
        RefKind.Constant => _constants[operand.Id],
        RefKind.Literal => operand.Id,
        _ => -1,
    };

    private void Write(Emitted e, int index, FlowGraph graph)
    {
        var i = code + start + index;
        info[start + index] = new PcInfo(e.Source, e.Class, e.Flops, e.Tensor);
        i->Run = (delegate*<Warp, Insn*, void>)e.Run;
        i->D = Place(e.D);
        i->A = Place(e.A);
        i->B = Place(e.B);
        i->C = Place(e.C);
        i->E = Place(e.E);
        i->Guard = Place(e.Guard);
        i->GuardFlip = e.GuardNegated ? uint.MaxValue : 0;
        i->Mode = e.Mode;
        i->Aux = e.Aux;
        i->Imm = e.Imm;
        i->Target = e.Target;
        i->Reconverge = -1;
        var list = e.List.Select(Place).ToArray();
        if (e.Targets.Length > 0)
        {
            int meet = graph.MeetingPoint(index);
            i->Reconverge = meet < 0 ? -1 : start + meet;
            var targets = e.Targets.Select(target => start + function.Starts[target]).ToArray();
            if (e.TargetsInList) list = targets;
            else i->Target = targets[0];
        }

        i->Count = e.Count >= 0 ? e.Count : list.Length;
        if (list.Length == 0) return;
        i->List = (int*)NativeMemory.Alloc((nuint)list.Length, sizeof(int));
        list.CopyTo(new Span<int>(i->List, list.Length));
        owned.Add((nint)i->List);
    }
}
