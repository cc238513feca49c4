using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Memory;

namespace CudaNet.VirtualGpu.Machine;

internal enum WarpState
{
    Running,
    AtBarrier,
    Done,
}

/// <summary>A path that waits: lanes, where they go on, where they meet the others, and in which call.</summary>
internal struct SimtEntry
{
    public int Pc;
    public int Rpc;
    public uint Mask;
    public int Frame;
}

/// <summary>A call: its function and where its registers and local memory lie.</summary>
internal struct CallFrame
{
    public FunctionCode Function;
    public int Registers;
    public int Local;
}

/// <summary>32 lanes that run together. The current path lies in the fields, the waiting ones on a stack.</summary>
/// <remarks>A predicate is one 32-bit mask, a register of up to 32 bits is 32 words, one of 64 bits is 32 double words.</remarks>
internal sealed unsafe class Warp
{
    public const uint Full = 0xFFFFFFFF;
    private const int MaxFrames = 4096;

    private byte* _registers;
    private int _registerBytes;
    private byte* _local;
    private byte* _localShadow;
    private int _localBytes;
    private SimtEntry[] _stack = new SimtEntry[16];
    private CallFrame[] _frames = new CallFrame[4];
    private int _sp;

    public Warp(Block block, int index)
    {
        Block = block;
        Index = index;
        Addresses = block.Addresses;
        Pointers = block.Pointers;
    }

    public Block Block { get; }

    public int Index { get; }

    /// <summary>Scratch for the 32 addresses of a memory instruction, shared by the warps of a block.</summary>
    public readonly ulong* Addresses;

    /// <summary>Scratch for the 32 host pointers of a memory instruction.</summary>
    public readonly byte** Pointers;

    public byte* Regs;
    public uint Exec;
    public uint Active;
    public uint Valid;
    public uint Exited;
    public int Pc;
    public int Rpc;
    public int Frame;
    public WarpState State;
    public int BarrierId;
    public int CarryFlags;

    /// <summary>Clock of this warp for race detection: it ticks when the warp synchronises.</summary>
    public int Clock;

    /// <summary>For every warp of the block, the clock up to which its accesses are ordered before ours.</summary>
    public int[] Seen = [];

    /// <summary>Copies issued by cp.async whose data is not visible yet.</summary>
    public readonly List<PendingCopy> Pending = [];

    /// <summary>Per lane: groups committed so far. A copy carries the number of its group.</summary>
    public readonly int[] CommittedGroups = new int[32];

    public FunctionCode Function => _frames[Frame].Function;

    public uint Alive => Valid & ~Exited;

    public int LocalBytes => _localBytes;

    public int LocalFrame => _frames[Frame].Local;

    public byte* LocalBase => _local;

    public byte* LocalShadow => _localShadow;

    public void Start(KernelProgram program, uint valid)
    {
        Valid = valid;
        Active = valid;
        Exited = 0;
        Exec = valid;
        _sp = 0;
        Frame = 0;
        Rpc = -1;
        Pc = program.Entry.EntryPc;
        State = WarpState.Running;
        Clock = 1;
        Pending.Clear();
        Array.Clear(CommittedGroups);
        CarryFlags = 0;
        Reserve(program.Entry.FrameBytes);
        if (_localBytes < program.LocalBytes)
        {
            NativeMemory.AlignedFree(_local);
            NativeMemory.AlignedFree(_localShadow);
            _localBytes = program.LocalBytes;
            _local = (byte*)NativeMemory.AlignedAlloc((nuint)_localBytes * 32, 64);
            _localShadow = (byte*)NativeMemory.AlignedAlloc((nuint)_localBytes * 32, 64);
        }

        if (_localBytes > 0) new Span<byte>(_localShadow, _localBytes * 32).Clear();
        _frames[0] = new CallFrame { Function = program.Entry, Registers = 0, Local = 0 };
        Regs = _registers;
        program.Entry.FillFrame(this, Regs);
    }

    public void Free()
    {
        NativeMemory.AlignedFree(_registers);
        NativeMemory.AlignedFree(_local);
        NativeMemory.AlignedFree(_localShadow);
        _registers = _local = _localShadow = null;
        _registerBytes = _localBytes = 0;
    }

    private void Reserve(int bytes)
    {
        if (bytes <= _registerBytes) return;
        int size = Math.Max(bytes, Math.Min(_registerBytes * 2, 1 << 26));
        var grown = (byte*)NativeMemory.AlignedAlloc((nuint)size, 64);
        if (_registers is not null) Buffer.MemoryCopy(_registers, grown, size, _registerBytes);
        NativeMemory.AlignedFree(_registers);
        _registers = grown;
        _registerBytes = size;
    }

    /// <summary>Sends the executing lanes to the target, the other active ones on.</summary>
    public void Branch(int target, int meet)
    {
        uint taken = Exec;
        if (taken == Active)
        {
            Pc = target;
            return;
        }

        uint rest = Active & ~taken;
        int next = Pc;
        if (meet >= 0 && meet != Rpc) Push(meet, Rpc, Active);
        int rpc = meet >= 0 ? meet : Rpc;
        Rpc = rpc;
        if (meet >= 0 && target == meet)
        {
            Active = rest;
        }
        else if (meet >= 0 && next == meet)
        {
            Active = taken;
            Pc = target;
        }
        else
        {
            Push(next, rpc, rest);
            Active = taken;
            Pc = target;
        }
    }

    public void Push(int pc, int rpc, uint mask)
    {
        if (_sp == _stack.Length) Array.Resize(ref _stack, _sp * 2);
        _stack[_sp++] = new SimtEntry { Pc = pc, Rpc = rpc, Mask = mask, Frame = Frame };
    }

    /// <summary>Goes on with the path that waits on top of the stack.</summary>
    public void Pop()
    {
        while (_sp > 0)
        {
            ref var top = ref _stack[--_sp];
            uint mask = top.Mask & ~Exited;
            if (mask == 0) continue;
            Active = mask;
            Pc = top.Pc;
            Rpc = top.Rpc;
            if (top.Frame != Frame)
            {
                Frame = top.Frame;
                Regs = _registers + _frames[Frame].Registers;
            }

            return;
        }

        Active = 0;
        State = WarpState.Done;
    }

    public void ExitLanes(uint mask)
    {
        Exited |= mask;
        Active &= ~mask;
        if (Active == 0) Pop();
    }

    /// <summary>The executing lanes leave the current call; the last ones take the caller along.</summary>
    public void Return()
    {
        uint mask = Exec;
        if (Frame == 0)
        {
            ExitLanes(mask);
            return;
        }

        for (int i = _sp - 1; i >= 0 && _stack[i].Frame == Frame; i--) _stack[i].Mask &= ~mask;
        Active &= ~mask;
        if (Active == 0) Pop();
    }

    /// <summary>Enters a function with the executing lanes.</summary>
    /// <returns>False when the calls are nested too deeply.</returns>
    public bool Call(FunctionCode callee, int* parameters)
    {
        var caller = _frames[Frame];
        int local = caller.Local + caller.Function.LocalBytes;
        int registers = caller.Registers + caller.Function.FrameBytes;
        if (Frame + 1 >= MaxFrames || local + callee.LocalBytes > _localBytes) return false;
        Reserve(registers + callee.FrameBytes);
        Regs = _registers + caller.Registers;

        uint rest = Active & ~Exec;
        if (rest != 0)
        {
            // The others wait behind the call.
            if (Pc != Rpc) Push(Pc, Rpc, Active);
            Rpc = Pc;
        }

        Push(Pc, Rpc, Exec);
        int caller0 = caller.Local;
        for (int p = 0; p < callee.ParameterOffsets.Length; p++)
            CopyLocal(caller0 + parameters[p], local + callee.ParameterOffsets[p], callee.ParameterBytes[p], Exec);
        Frame++;
        if (Frame == _frames.Length) Array.Resize(ref _frames, Frame * 2);
        _frames[Frame] = new CallFrame { Function = callee, Registers = registers, Local = local };
        Regs = _registers + registers;
        callee.FillFrame(this, Regs);
        Active = Exec;
        Pc = callee.EntryPc;
        Rpc = -1;
        return true;
    }

    /// <summary>Copies bytes of each lane within its local memory: arguments and results of calls.</summary>
    public void CopyLocal(int from, int to, int bytes, uint mask)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            long lane = (long)BitOperations.TrailingZeroCount(mask) * _localBytes;
            Buffer.MemoryCopy(_local + lane + from, _local + lane + to, bytes, bytes);
            Buffer.MemoryCopy(_localShadow + lane + from, _localShadow + lane + to, bytes, bytes);
        }
    }

    /// <summary>Offset in local memory at which a call from the current frame puts the callee's variables.</summary>
    public int NextLocalFrame => _frames[Frame].Local + _frames[Frame].Function.LocalBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ThreadIndex(int lane) => (Index * 32) + lane;

    /// <summary>After an own synchronisation, accesses that follow are new.</summary>
    public void Tick()
    {
        Clock++;
        if (Seen.Length > 0) Seen[Index] = Clock;
    }
}
