using System.Numerics;
using System.Runtime.CompilerServices;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Loads, stores and address arithmetic. Mode holds the space, Count the elements, List their registers.</summary>
internal static unsafe class MemoryOps
{
    /// <summary>In Aux, beside <see cref="Access.Address32"/>: a volatile, relaxed, acquiring or releasing access.</summary>
    public const int Strong = 2;

    /// <summary>In Aux: the address is constant and in the parameter bank, checked when decoded.</summary>
    public static void LoadParameter<TMemory, TRegister>(Warp w, Insn* i)
        where TMemory : unmanaged, IBinaryInteger<TMemory>
        where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        var source = (TMemory*)(w.Block.Launch.Parameters + i->Imm);
        for (int v = 0; v < i->Count; v++)
        {
            TRegister value = TRegister.CreateTruncating(source[v]);
            byte* d = w.Regs + i->List[v];
            for (uint m = w.Exec; m != 0; m &= m - 1) Lanes.Set(d, BitOperations.TrailingZeroCount(m), value);
        }

        w.Block.BytesRead[(int)Space.Param] += BitOperations.PopCount(w.Exec) * (long)i->Count * sizeof(TMemory);
    }

    public static void Load<TMemory, TRegister>(Warp w, Insn* i)
        where TMemory : unmanaged, IBinaryInteger<TMemory>
        where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        int count = i->Count;
        var kind = (i->Aux & Strong) != 0 ? AccessKind.Read | AccessKind.Strong : AccessKind.Read;
        uint good = Access.Resolve(w, i, (Space)i->Mode, count * sizeof(TMemory), kind);
        byte** pointers = w.Pointers;
        if (good != w.Exec) Clear<TRegister>(w, i, w.Exec & ~good);
        if (count == 1)
        {
            byte* d = w.Regs + i->List[0];
            for (uint m = good; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                Lanes.Set(d, lane, TRegister.CreateTruncating(Unsafe.ReadUnaligned<TMemory>(pointers[lane])));
            }

            return;
        }

        for (int v = 0; v < count; v++)
        {
            if (i->List[v] < 0) continue;
            byte* d = w.Regs + i->List[v];
            for (uint m = good; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                Lanes.Set(d, lane, TRegister.CreateTruncating(Unsafe.ReadUnaligned<TMemory>(pointers[lane] + (v * sizeof(TMemory)))));
            }
        }
    }

    private static void Clear<TRegister>(Warp w, Insn* i, uint mask)
        where TRegister : unmanaged
    {
        for (int v = 0; v < i->Count; v++)
        {
            if (i->List[v] < 0) continue;
            for (uint m = mask; m != 0; m &= m - 1) Lanes.Set<TRegister>(w.Regs + i->List[v], BitOperations.TrailingZeroCount(m), default);
        }
    }

    public static void Store<TMemory, TRegister>(Warp w, Insn* i)
        where TMemory : unmanaged, IBinaryInteger<TMemory>
        where TRegister : unmanaged, IBinaryInteger<TRegister>
    {
        int count = i->Count;
        var kind = (i->Aux & Strong) != 0 ? AccessKind.Write | AccessKind.Strong : AccessKind.Write;
        uint good = Access.Resolve(w, i, (Space)i->Mode, count * sizeof(TMemory), kind);
        byte** pointers = w.Pointers;
        for (int v = 0; v < count; v++)
        {
            byte* a = w.Regs + i->List[v];
            for (uint m = good; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                Unsafe.WriteUnaligned(pointers[lane] + (v * sizeof(TMemory)), TMemory.CreateTruncating(Lanes.Get<TRegister>(a, lane)));
            }
        }
    }

    /// <summary>Adds the window of a space to an address, or takes it away. Mode 1 for a 32-bit source, 2 for a 32-bit target.</summary>
    public static void ConvertAddress(Warp w, Insn* i)
    {
        byte* d = w.Regs + i->D, a = w.Regs + i->A;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong x = (i->Mode & 1) != 0 ? ((uint*)a)[lane] : ((ulong*)a)[lane];
            x += (ulong)i->Imm;
            if ((i->Mode & 2) != 0) ((uint*)d)[lane] = (uint)x;
            else ((ulong*)d)[lane] = x;
        }
    }

    public static void IsSpace(Warp w, Insn* i)
    {
        ulong* a = (ulong*)(w.Regs + i->A);
        uint mask = 0;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong x = a[lane];
            bool yes = (Space)i->Mode switch
            {
                Space.Shared => x - AddressMap.SharedWindow < AddressMap.WindowBytes,
                Space.Local => x - AddressMap.LocalWindow < AddressMap.WindowBytes,
                Space.Param => x - AddressMap.ParamWindow < AddressMap.WindowBytes,
                Space.Const => DeviceMemory.Find(w.Block.Launch.Allocations, x) is { IsConstant: true },
                _ => x >= AddressMap.GlobalStart && DeviceMemory.Find(w.Block.Launch.Allocations, x) is not { IsConstant: true },
            };
            if (yes) mask |= 1u << lane;
        }

        CompareOps.WritePredicate(w, i->D, mask);
    }

    /// <summary>Packs elements of List into D, or unpacks A into List: Mode is the bits of an element, Aux those of the whole.</summary>
    public static void Pack(Warp w, Insn* i)
    {
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong value = 0;
            for (int v = 0; v < i->Count; v++)
            {
                byte* a = w.Regs + i->List[v];
                ulong part = i->Mode == 64 ? ((ulong*)a)[lane] : ((uint*)a)[lane];
                value |= part << (v * i->Mode);
            }

            if (i->Aux == 64) ((ulong*)(w.Regs + i->D))[lane] = value;
            else ((uint*)(w.Regs + i->D))[lane] = (uint)value;
        }
    }

    public static void Unpack(Warp w, Insn* i)
    {
        ulong field = i->Mode == 64 ? ulong.MaxValue : (1UL << i->Mode) - 1;
        for (uint m = w.Exec; m != 0; m &= m - 1)
        {
            int lane = BitOperations.TrailingZeroCount(m);
            ulong value = i->Aux == 64 ? ((ulong*)(w.Regs + i->A))[lane] : ((uint*)(w.Regs + i->A))[lane];
            for (int v = 0; v < i->Count; v++, value >>= i->Mode)
            {
                if (i->List[v] >= 0) ((uint*)(w.Regs + i->List[v]))[lane] = (uint)(value & field);
            }
        }
    }
}
