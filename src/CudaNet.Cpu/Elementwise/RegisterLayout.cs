namespace CudaNet.Cpu.Elementwise;

/// <summary>Which registers share memory: one stack of free blocks a width. Repeated values have a cache line each.</summary>
internal sealed class RegisterLayout
{
    private const int CacheLine = 64;

    private static readonly int[] Widths = [1, 4, 8];

    private readonly Dictionary<int, (int Pool, int Index)> _registers = [];
    private readonly Stack<int>[] _free = [new(), new(), new()];
    private readonly HashSet<int> _released = [];
    private readonly int[] _counts = new int[Widths.Length];
    private int _repeated;

    /// <summary>Bytes that one element takes in all blocks together.</summary>
    public int BytesPerElement => _counts[0] * Widths[0] + _counts[1] * Widths[1] + _counts[2] * Widths[2];

    public bool IsNew(int slot) => !_registers.ContainsKey(slot);

    public void Take(int slot, SlotInfo info)
    {
        if (info.IsRepeated)
        {
            _registers[slot] = (-1, _repeated++);
            return;
        }
        var pool = Array.IndexOf(Widths, info.Lane.Size());
        _registers[slot] = (pool, _free[pool].TryPop(out var index) ? index : _counts[pool]++);
    }

    /// <summary>The slot's value is dead; does nothing for what is not a register.</summary>
    public void Release(int slot)
    {
        if (_registers.TryGetValue(slot, out var register) && register.Pool >= 0 && _released.Add(slot)) _free[register.Pool].Push(register.Index);
    }

    /// <summary>Bytes of scratch for blocks of a length (a multiple of 64).</summary>
    public int Bytes(int block) => _repeated * CacheLine + BytesPerElement * block;

    /// <summary>Where each register begins; −1 for slots that are none.</summary>
    public int[] Offsets(int slots, int block)
    {
        var offsets = new int[slots];
        Array.Fill(offsets, -1);
        foreach (var (slot, (pool, index)) in _registers)
        {
            var start = _repeated * CacheLine;
            for (var k = 0; k < pool; k++) start += _counts[k] * Widths[k] * block;
            offsets[slot] = pool < 0 ? index * CacheLine : start + index * Widths[pool] * block;
        }
        return offsets;
    }
}
