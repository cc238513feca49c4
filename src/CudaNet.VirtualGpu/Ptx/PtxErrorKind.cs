namespace CudaNet.VirtualGpu;

/// <summary>What is wrong with a PTX text.</summary>
public enum PtxErrorKind
{
    /// <summary>The text does not follow the grammar.</summary>
    Syntax,

    /// <summary>The instruction is not known.</summary>
    UnknownInstruction,

    /// <summary>The instruction is known, one of its modifiers or their combination is not.</summary>
    UnknownModifier,

    /// <summary>An operand has the wrong kind, count or size.</summary>
    Operand,

    /// <summary>A name is not declared, or declared twice.</summary>
    Symbol,

    /// <summary>The text asks for more than the machine has, such as a shared array of a gigabyte.</summary>
    Limit,
}
