using System.Numerics;
using System.Runtime.InteropServices;
using CudaNet.VirtualGpu.Checks;
using CudaNet.VirtualGpu.Memory;

namespace CudaNet.VirtualGpu.Machine;

/// <summary>A barrier of a block: who waits, and how many threads must come.</summary>
internal struct BarrierState
{
    public int Arrived;
    public int Expected;
    public uint Waiting;
    public int Sum;
    public bool All;
    public bool Any;
    public int[]? Seen;
}

/// <summary>Runs one block after the other with the same memory.</summary>
internal sealed unsafe class Block
{
    private const int Quantum = 4_000;

    private readonly BarrierState[] _barriers = new BarrierState[16];
    private readonly Dictionary<int, int[]> _mbarriers = [];
    private readonly Warp[] _warps;
    private readonly byte* _scratch;
    private long _executed;

    public Block(LaunchState launch, int worker, PcCount* counts)
    {
        Launch = launch;
        Worker = worker;
        Counts = counts;
        _scratch = (byte*)NativeMemory.AlignedAlloc(1024, 64);
        Addresses = (ulong*)_scratch;
        Pointers = (byte**)(_scratch + 256);
        Shared = (byte*)NativeMemory.AlignedAlloc((nuint)launch.SharedBytes + 64, 64);
        Tracker = new SharedTracker();
        WarpCount = (int)((launch.BlockSize.Count + 31) / 32);
        _warps = new Warp[WarpCount];
        for (int i = 0; i < WarpCount; i++) _warps[i] = new Warp(this, i);
    }

    public LaunchState Launch { get; }

    public int Worker { get; }

    public int WarpCount { get; }

    public Dim3 Position { get; private set; }

    public SharedTracker Tracker { get; }

    public readonly PcCount* Counts;
    public readonly byte* Shared;
    public readonly ulong* Addresses;
    public readonly byte** Pointers;

    /// <summary>The allocation that the last global access hit: mostly the next one hits it too.</summary>
    public Allocation? LastAllocation;

    /// <summary>Bytes read and written, by state space.</summary>
    public readonly long[] BytesRead = new long[8];
    public readonly long[] BytesWritten = new long[8];

    public bool TracksRaces => Launch.Checks.Races && WarpCount > 0;

    public void Start(Dim3 position)
    {
        Position = position;
        _executed = 0;
        Array.Clear(_barriers);
        _mbarriers.Clear();

        // The contents are garbage on a card; all ones is garbage that shows.
        new Span<byte>(Shared, Launch.SharedBytes).Fill(0xFF);
        Tracker.Start(Launch.SharedBytes, Launch.Checks.Races, Launch.Checks.Uninitialized);
        long threads = Launch.BlockSize.Count;
        foreach (var w in _warps)
        {
            long left = threads - (w.Index * 32L);
            w.Start(Launch.Program, left >= 32 ? Warp.Full : (1u << (int)left) - 1);
            if (w.Seen.Length != WarpCount) w.Seen = new int[WarpCount];
            Array.Clear(w.Seen);
            w.Seen[w.Index] = w.Clock;
        }
    }

    /// <summary>Runs every warp for a while.</summary>
    /// <returns>True when the block is done.</returns>
    public bool RunSlice()
    {
        bool ran = false, done = true;
        foreach (var w in _warps)
        {
            if (w.State == WarpState.Running)
            {
                ran = true;
                _executed += Interpreter.Run(w, Quantum);
                if (Launch.Aborted) return true;
                if (w.State == WarpState.Done) Finish(w);
                if (_executed > Launch.InstructionLimit)
                {
                    Launch.Report(FindingKind.InstructionLimit, w, Launch.Program.Code + w.Pc, FirstLane(w), $"The block executed more than {Launch.InstructionLimit} warp instructions.");
                    Launch.Abort();
                    return true;
                }
            }

            done &= w.State == WarpState.Done;
        }

        if (ran || done) return done;
        var stuck = Array.Find(_warps, w => w.State == WarpState.AtBarrier)!;
        ref var barrier = ref _barriers[stuck.BarrierId];
        Launch.Report(FindingKind.Deadlock, stuck, Launch.Program.Code + stuck.Pc - 1, FirstLane(stuck),
            $"Barrier {stuck.BarrierId} waits for {(barrier.Expected == 0 ? AliveThreads() : barrier.Expected)} threads, {barrier.Arrived} came, and no other thread can run.");
        Launch.Abort();
        return true;
    }

    private static int FirstLane(Warp w) => w.Active == 0 ? 0 : BitOperations.TrailingZeroCount(w.Active);

    private void Finish(Warp w)
    {
        AsyncCopies.CompleteAll(w);
        for (int id = 0; id < _barriers.Length; id++)
            if (_barriers[id].Waiting != 0) TryComplete(id);
    }

    private int AliveThreads()
    {
        int alive = 0;
        foreach (var w in _warps)
            if (w.State != WarpState.Done) alive += 32;
        return alive;
    }

    /// <summary>A warp comes to a barrier. It counts with all its 32 lanes, as on the card.</summary>
    /// <param name="w">The warp.</param>
    /// <param name="id">Barrier 0 to 15.</param>
    /// <param name="expected">Number of threads, 0 for all of the block.</param>
    /// <param name="waits">False for bar.arrive.</param>
    /// <param name="predicate">Lanes whose predicate is true, for bar.red.</param>
    public void Arrive(Warp w, int id, int expected, bool waits, uint predicate)
    {
        ref var barrier = ref _barriers[id];
        if (barrier.Arrived == 0)
        {
            barrier.All = true;
            barrier.Any = false;
            barrier.Sum = 0;
            if (TracksRaces) barrier.Seen = new int[WarpCount];
        }

        barrier.Arrived += 32;
        barrier.Expected = expected;
        barrier.Sum += BitOperations.PopCount(predicate & w.Active);
        barrier.Any |= (predicate & w.Active) != 0;
        barrier.All &= (~predicate & w.Active) == 0;
        if (barrier.Seen is { } seen)
        {
            for (int v = 0; v < seen.Length; v++) seen[v] = Math.Max(seen[v], w.Seen[v]);
        }

        if (waits)
        {
            barrier.Waiting |= 1u << w.Index;
            w.State = WarpState.AtBarrier;
            w.BarrierId = id;
        }
        else
        {
            w.Tick();
        }

        TryComplete(id);
    }

    private void TryComplete(int id)
    {
        ref var barrier = ref _barriers[id];
        int expected = barrier.Expected == 0 ? AliveThreads() : barrier.Expected;
        if (barrier.Arrived < expected) return;
        for (uint waiting = barrier.Waiting; waiting != 0; waiting &= waiting - 1)
        {
            var w = _warps[BitOperations.TrailingZeroCount(waiting)];
            if (barrier.Seen is { } seen)
            {
                for (int v = 0; v < seen.Length; v++) w.Seen[v] = Math.Max(w.Seen[v], seen[v]);
            }

            w.Tick();
            w.State = WarpState.Running;
            Interpreter.FinishBarrier(w, barrier);
        }

        barrier = default;
    }

    /// <summary>Orders what a warp did before an mbarrier arrival before what comes after its phase.</summary>
    public void Release(Warp w, int address)
    {
        if (!TracksRaces) return;
        if (!_mbarriers.TryGetValue(address, out int[]? seen)) _mbarriers[address] = seen = new int[WarpCount];
        for (int v = 0; v < seen.Length; v++) seen[v] = Math.Max(seen[v], w.Seen[v]);
        w.Tick();
    }

    public void Acquire(Warp w, int address)
    {
        if (!TracksRaces || !_mbarriers.TryGetValue(address, out int[]? seen)) return;
        for (int v = 0; v < seen.Length; v++)
            if (v != w.Index) w.Seen[v] = Math.Max(w.Seen[v], seen[v]);
        w.Tick();
    }

    public bool HasExited(Warp w) => w.Exited != 0 || Array.Exists(_warps, other => other.Exited != 0);

    public void Free()
    {
        foreach (var w in _warps) w.Free();
        Tracker.Free();
        NativeMemory.AlignedFree(Shared);
        NativeMemory.AlignedFree(_scratch);
    }
}
