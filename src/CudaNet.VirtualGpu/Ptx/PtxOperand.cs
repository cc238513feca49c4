namespace CudaNet.VirtualGpu.Ptx;

internal enum OperandKind
{
    /// <summary>A register, a symbol or a label, with an optional constant added to it.</summary>
    Name,

    /// <summary>An integer constant.</summary>
    Integer,

    /// <summary>The bits of an f32 constant.</summary>
    Single,

    /// <summary>The bits of an f64 constant.</summary>
    Double,

    /// <summary>[name + constant] or [constant].</summary>
    Address,

    /// <summary>{a, b, …}</summary>
    Vector,

    /// <summary>(a, b, …), in calls.</summary>
    Group,

    /// <summary>a|b: two destinations.</summary>
    Pair,
}

/// <summary>An operand as written. <see cref="Name"/> is empty for an address without a base.</summary>
internal sealed class PtxOperand
{
    public required OperandKind Kind { get; init; }

    public string Name { get; init; } = "";

    /// <summary>Component of a special register or a vector: x, y, z or w.</summary>
    public string Component { get; init; } = "";

    public bool Negated { get; init; }

    public ulong Bits { get; init; }

    public long Offset { get; init; }

    public PtxOperand[] Items { get; init; } = [];

    public bool IsSink => Kind == OperandKind.Name && Name == "_";
}
