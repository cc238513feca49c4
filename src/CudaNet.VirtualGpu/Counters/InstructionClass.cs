namespace CudaNet.VirtualGpu;

/// <summary>Kinds of instructions in the instruction mix.</summary>
public enum InstructionClass
{
    /// <summary>Integer arithmetic and logic.</summary>
    Integer,

    /// <summary>f32 arithmetic.</summary>
    Float32,

    /// <summary>f64 arithmetic.</summary>
    Float64,

    /// <summary>f16 and bf16 arithmetic.</summary>
    Half,

    /// <summary>Reciprocals, roots, exponentials, sines: the special function unit.</summary>
    Special,

    /// <summary>Matrix products and the loads of their fragments.</summary>
    Tensor,

    /// <summary>Conversions between types.</summary>
    Convert,

    /// <summary>Comparisons, selections and predicate logic.</summary>
    Compare,

    /// <summary>Moves.</summary>
    Move,

    /// <summary>Loads and stores of global memory, generic addresses included.</summary>
    Global,

    /// <summary>Loads and stores of shared memory.</summary>
    Shared,

    /// <summary>Loads and stores of local memory.</summary>
    Local,

    /// <summary>Loads of constants and parameters.</summary>
    Constant,

    /// <summary>Atomic operations and reductions in memory.</summary>
    Atomic,

    /// <summary>Asynchronous copies.</summary>
    AsyncCopy,

    /// <summary>Branches, calls, returns.</summary>
    Control,

    /// <summary>Barriers and fences.</summary>
    Barrier,

    /// <summary>Votes, shuffles and other exchanges between lanes.</summary>
    Warp,
}
