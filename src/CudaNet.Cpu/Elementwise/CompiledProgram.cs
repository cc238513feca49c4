namespace CudaNet.Cpu.Elementwise;

/// <summary>A program as loop calls over slots, with the places of its registers and its constants.</summary>
internal sealed unsafe class CompiledProgram
{
    /// <summary>What registers and operands of a block may take of the first-level cache.</summary>
    private const int CacheBudget = 24 << 10;

    private const int LongestBlock = 2048;
    private const int ShortestBlock = 128;
    private const int ConstantBytes = 8;

    private readonly Operation[] _operations;
    private readonly int[] _registers;
    private readonly byte[] _constants;
    private readonly int[] _constantOffsets;

    public CompiledProgram(List<Operation> operations, List<SlotInfo> slots, RegisterLayout layout, int inputs, int outputs)
    {
        _operations = [.. operations];
        (Inputs, Outputs, SlotCount) = (inputs, outputs, slots.Count);
        var bytes = layout.BytesPerElement;
        foreach (var slot in slots)
            if (slot is { Place: Place.Memory, IsRepeated: false }) bytes += slot.Lane.Size();
        Block = Math.Clamp(CacheBudget / Math.Max(1, bytes) / 64 * 64, ShortestBlock, LongestBlock);
        ScratchBytes = layout.Bytes(Block);
        _registers = layout.Offsets(slots.Count, Block);

        // Pinned: operations are given addresses.
        _constants = GC.AllocateArray<byte>(Math.Max(1, slots.Count) * ConstantBytes, pinned: true);
        _constantOffsets = new int[slots.Count];
        for (var slot = 0; slot < slots.Count; slot++)
        {
            _constantOffsets[slot] = slots[slot].Place == Place.Constant ? slot * ConstantBytes : -1;
            if (slots[slot].Place != Place.Constant) continue;
            fixed (byte* constant = &_constants[slot * ConstantBytes]) LaneTypes.Write(constant, slots[slot].Constant, slots[slot].Lane);
        }
    }

    /// <summary>Elements of a block.</summary>
    public int Block { get; }

    /// <summary>Bytes of scratch that a thread needs.</summary>
    public int ScratchBytes { get; }

    /// <summary>Inputs have the slots 0 … Inputs − 1.</summary>
    public int Inputs { get; }

    /// <summary>Outputs have the slots behind the inputs.</summary>
    public int Outputs { get; }

    public int SlotCount { get; }

    /// <summary>Sets the addresses of registers and constants.</summary>
    public void Bind(void** slots, byte* scratch)
    {
        var constants = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_constants));
        for (var slot = 0; slot < SlotCount; slot++)
            slots[slot] = _constantOffsets[slot] >= 0 ? constants + _constantOffsets[slot] : _registers[slot] >= 0 ? scratch + _registers[slot] : null;
    }

    /// <summary>Runs all operations over a block of n elements.</summary>
    public void Run(void** slots, nint n)
    {
        foreach (ref readonly var operation in _operations.AsSpan())
            operation.Loop(
                slots[operation.A],
                operation.B >= 0 ? slots[operation.B] : null,
                operation.C >= 0 ? slots[operation.C] : null,
                slots[operation.Result],
                operation.IsRepeated ? 1 : n);
    }
}
