namespace CudaNet.VirtualGpu;

/// <summary>Why a launch was refused.</summary>
public enum LaunchErrorKind
{
    /// <summary>Too few or too many arguments.</summary>
    ArgumentCount,

    /// <summary>An argument has another size than its parameter.</summary>
    ArgumentSize,

    /// <summary>An argument has another type than its parameter.</summary>
    ArgumentType,

    /// <summary>The block has no threads, or more than the card or the kernel allows.</summary>
    BlockSize,

    /// <summary>The grid has no blocks, or more than the card allows.</summary>
    GridSize,

    /// <summary>More shared memory than a block may have.</summary>
    SharedMemory,

    /// <summary>The kernel needs more registers than a block of that size can have.</summary>
    Registers,
}
