using System.Runtime.InteropServices;

namespace CudaNet.VirtualGpu.Machine;

/// <summary>A decoded instruction. Operands are byte offsets into the warp's register frame, constants included.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Insn
{
    /// <summary>What it does, specialised for type and modifiers.</summary>
    public delegate*<Warp, Insn*, void> Run;

    public int D;
    public int A;
    public int B;
    public int C;
    public int E;

    /// <summary>Offset of the guard predicate, −1 for none.</summary>
    public int Guard;

    /// <summary>All ones for a negated guard.</summary>
    public uint GuardFlip;

    /// <summary>Rounding and other modifiers of arithmetic; element size of memory instructions.</summary>
    public int Mode;

    /// <summary>Meaning depends on the instruction.</summary>
    public int Aux;

    /// <summary>First instruction after a branch or call is taken.</summary>
    public int Target;

    /// <summary>Where the two sides of a branch meet again: −1 when only at the end of the function.</summary>
    public int Reconverge;

    /// <summary>Length of <see cref="List"/>.</summary>
    public int Count;

    /// <summary>Added to an address, or another constant.</summary>
    public long Imm;

    /// <summary>Offsets of vector operands.</summary>
    public int* List;
}
