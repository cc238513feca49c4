using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>An operand before registers have their places: a register, a constant, or nothing.</summary>
internal readonly record struct Ref(RefKind Kind, int Id)
{
    public static Ref None => default;

    public bool IsRegister => Kind is RefKind.Use or RefKind.Define;
}

internal enum RefKind
{
    None,
    Use,
    Define,
    Constant,

    /// <summary>The number itself: an offset that is not into the frame.</summary>
    Literal,
}

/// <summary>A decoded instruction whose operands have no places yet.</summary>
internal sealed class Emitted
{
    public required PtxInstruction Source { get; init; }

    public nint Run { get; init; }

    public InstructionClass Class { get; set; }

    public int Flops { get; set; }

    public bool Tensor { get; set; }

    public Ref D { get; set; }

    public Ref A { get; set; }

    public Ref B { get; set; }

    public Ref C { get; set; }

    public Ref E { get; set; }

    public Ref Guard { get; set; }

    public bool GuardNegated { get; set; }

    public Ref[] List { get; set; } = [];

    /// <summary>Length of the vector for the handler, when it differs from the list's.</summary>
    public int Count { get; set; } = -1;

    public int Mode { get; set; }

    public int Aux { get; set; }

    public int Target { get; set; }

    public long Imm { get; set; }

    /// <summary>Instructions of the PTX body that may follow instead of the next one.</summary>
    public int[] Targets { get; set; } = [];

    /// <summary>The list holds branch targets, filled in when the code has its places.</summary>
    public bool TargetsInList { get; set; }

    /// <summary>Without a guard, nothing after it is reached from here.</summary>
    public bool Ends { get; set; }

    public IEnumerable<Ref> Operands()
    {
        yield return Guard;
        yield return A;
        yield return B;
        yield return C;
        yield return D;
        yield return E;
        foreach (var item in List) yield return item;
    }
}
