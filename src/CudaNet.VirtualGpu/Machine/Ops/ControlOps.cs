using System.Numerics;
using CudaNet.VirtualGpu.Memory;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Branches, calls and ends.</summary>
internal static unsafe class ControlOps
{
    public static void Branch(Warp w, Insn* i) => w.Branch(i->Target, i->Reconverge);

    /// <summary>brx.idx: one target a step; the lanes with another index come again.</summary>
    public static void BranchIndexed(Warp w, Insn* i)
    {
        uint* a = (uint*)(w.Regs + i->A);
        uint first = a[BitOperations.TrailingZeroCount(w.Exec)], group = 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            if (a[lane] == first) group |= 1u << lane;
        }

        if (first >= (uint)i->Count)
        {
            Fail(w, i, FindingKind.InvalidCall, $"The index {first} is beyond the {i->Count} targets of the branch.");
            return;
        }

        if (group != w.Active)
        {
            // The others wait at this very instruction.
            w.Pc--;
            w.Exec = group;
        }

        w.Branch(i->List[first], i->Reconverge);
    }

    public static void Exit(Warp w, Insn* i) => w.ExitLanes(w.Exec);

    public static void Return(Warp w, Insn* i) => w.Return();

    public static void Trap(Warp w, Insn* i) => Fail(w, i, FindingKind.Trap, "The kernel executed trap.");

    private static void Fail(Warp w, Insn* i, FindingKind kind, string message)
    {
        w.Block.Launch.Report(kind, w, i, BitOperations.TrailingZeroCount(w.Exec), message);
        w.Block.Launch.Abort();
        w.State = WarpState.Done;
    }

    /// <summary>A call. Target is the function, or −1 when A holds its address. List: arguments in the caller's local memory.</summary>
    public static void Call(Warp w, Insn* i)
    {
        var program = w.Block.Launch.Program;
        int target = i->Target;
        if (target < 0)
        {
            ulong* a = (ulong*)(w.Regs + i->A);
            ulong address = a[BitOperations.TrailingZeroCount(w.Exec)];
            uint group = 0;
            for (uint m = w.Exec; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                if (a[lane] == address) group |= 1u << lane;
            }

            ulong index = (address - AddressMap.FunctionWindow) / 16;
            if (index >= (ulong)program.Functions.Length || address % 16 != 0 || program.Functions[index] is not { } callee || !SameShape(callee, i))
            {
                Fail(w, i, FindingKind.InvalidCall, $"0x{address:X} is not the address of a function with the signature of the call.");
                return;
            }

            target = (int)index;
            if (group != w.Exec)
            {
                // The other lanes make their call afterwards, all meet behind it.
                if (w.Pc != w.Rpc) w.Push(w.Pc, w.Rpc, w.Active);
                w.Rpc = w.Pc;
                w.Push(w.Pc - 1, w.Rpc, w.Exec & ~group);
                w.Active = w.Exec = group;
            }
        }

        var function = program.Functions[target]!;
        if (!w.Call(function, i->List))
            Fail(w, i, FindingKind.InvalidCall, $"The call of '{function.Name}' is nested deeper than the stack.");
    }

    private static bool SameShape(FunctionCode function, Insn* i)
    {
        if (function.ParameterBytes.Length != i->Count || function.ReturnBytes != i->Aux) return false;
        for (int p = 0; p < i->Count; p++)
            if (function.ParameterBytes[p] != i->List[i->Count + p]) return false;
        return true;
    }

    /// <summary>After a call: copies the result from where the callee left it. A: its offset there, B: ours, Mode: bytes.</summary>
    public static void FetchResult(Warp w, Insn* i) => w.CopyLocal(w.NextLocalFrame + i->A, w.LocalFrame + i->B, i->Mode, w.Exec);

    /// <summary>__assertfail(message, file, line, function, charSize): List holds the arguments in local memory.</summary>
    public static void AssertFail(Warp w, Insn* i)
    {
        int lane = BitOperations.TrailingZeroCount(w.Exec);
        byte* local = w.LocalBase + ((long)lane * w.LocalBytes) + w.LocalFrame;
        var launch = w.Block.Launch;
        string message = launch.ReadText(w, *(ulong*)(local + i->List[0]), lane) ?? "?";
        string file = launch.ReadText(w, *(ulong*)(local + i->List[1]), lane) ?? "?";
        uint line = *(uint*)(local + i->List[2]);
        string function = launch.ReadText(w, *(ulong*)(local + i->List[3]), lane) ?? "?";
        Fail(w, i, FindingKind.AssertionFailed, $"{file}:{line}: {function}: assertion '{message}' failed.");
    }

    /// <summary>vprintf(format, arguments): D gets the number of arguments, as on the card.</summary>
    public static void Print(Warp w, Insn* i)
    {
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            byte* local = w.LocalBase + ((long)lane * w.LocalBytes) + w.LocalFrame;
            int count = Printf.Print(w, lane, *(ulong*)(local + i->List[0]), *(ulong*)(local + i->List[1]));
            if (i->D < 0) continue;
            *(int*)(local + i->D) = count;
            *(uint*)(w.LocalShadow + ((long)lane * w.LocalBytes) + w.LocalFrame + i->D) = 0x01010101;
        }
    }
}
