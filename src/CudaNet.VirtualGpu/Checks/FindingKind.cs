namespace CudaNet.VirtualGpu;

/// <summary>What a checker found.</summary>
public enum FindingKind
{
    /// <summary>An access outside of every allocation, of the block's shared memory, of a thread's local memory or of the parameters.</summary>
    OutOfBounds,

    /// <summary>An address that is not a multiple of the size of the access.</summary>
    Misaligned,

    /// <summary>An access to global memory that was freed.</summary>
    UseAfterFree,

    /// <summary>A read of memory that was never written.</summary>
    UninitializedRead,

    /// <summary>Two threads use the same shared memory, one of them writes, and no barrier orders them.</summary>
    SharedRace,

    /// <summary>Shared memory that a <c>cp.async</c> still fills is used before the copy was waited for.</summary>
    PendingCopy,

    /// <summary>Some threads of a warp or of a block do not take part in a barrier or in an exchange between lanes.</summary>
    DivergentBarrier,

    /// <summary>Every thread that is left waits for a barrier that cannot complete.</summary>
    Deadlock,

    /// <summary>Memory was not freed before its device was disposed.</summary>
    Leak,

    /// <summary>The kernel executed <c>trap</c>.</summary>
    Trap,

    /// <summary>An assertion of the kernel failed.</summary>
    AssertionFailed,

    /// <summary>Calls are nested deeper than the stack, or an indirect call or branch has no valid target.</summary>
    InvalidCall,

    /// <summary>A warp executed more instructions than the limit of the launch: most likely it loops for ever.</summary>
    InstructionLimit,
}
