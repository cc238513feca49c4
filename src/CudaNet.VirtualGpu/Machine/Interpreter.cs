using System.Numerics;

namespace CudaNet.VirtualGpu.Machine;

/// <summary>The loop that runs a warp.</summary>
internal static unsafe class Interpreter
{
    /// <summary>Runs a warp until it waits, ends, or has used its quantum.</summary>
    /// <returns>The number of instructions run.</returns>
    public static int Run(Warp w, int quantum)
    {
        var code = w.Block.Launch.Program.Code;
        var counts = w.Block.Counts;
        int left = quantum;
        while (w.State == WarpState.Running && left > 0)
        {
            int pc = w.Pc;
            if (pc == w.Rpc)
            {
                w.Pop();
                continue;
            }

            left--;
            var i = code + pc;
            uint exec = w.Active;
            if (i->Guard >= 0) exec &= *(uint*)(w.Regs + i->Guard) ^ i->GuardFlip;
            w.Pc = pc + 1;
            counts[pc].Warps++;
            if (exec == 0) continue;
            counts[pc].Lanes += BitOperations.PopCount(exec);
            w.Exec = exec;
            i->Run(w, i);
        }

        return quantum - left;
    }

    /// <summary>Writes the result of a reducing barrier into a warp that it releases.</summary>
    public static void FinishBarrier(Warp w, in BarrierState barrier)
    {
        var i = w.Block.Launch.Program.Code + w.Pc - 1;
        switch (i->Mode)
        {
            case BarrierMode.Popc:
                uint* d = (uint*)(w.Regs + i->D);
                for (uint m = w.Exec; m != 0; m &= m - 1) d[BitOperations.TrailingZeroCount(m)] = (uint)barrier.Sum;
                break;
            case BarrierMode.And or BarrierMode.Or:
                uint* p = (uint*)(w.Regs + i->D);
                bool value = i->Mode == BarrierMode.And ? barrier.All : barrier.Any;
                *p = value ? *p | w.Exec : *p & ~w.Exec;
                break;
        }
    }
}

/// <summary>What a barrier does besides waiting.</summary>
internal static class BarrierMode
{
    public const int Sync = 0;
    public const int Popc = 1;
    public const int And = 2;
    public const int Or = 3;
    public const int Arrive = 4;
}
