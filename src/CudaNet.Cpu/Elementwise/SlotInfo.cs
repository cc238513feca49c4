namespace CudaNet.Cpu.Elementwise;

/// <summary>Where a slot's values are.</summary>
internal enum Place : byte
{
    /// <summary>In an operand of the step.</summary>
    Memory,

    /// <summary>In scratch memory.</summary>
    Register,

    /// <summary>In the program.</summary>
    Constant,
}

/// <summary>A place that operations read or write.</summary>
/// <param name="Place">Where.</param>
/// <param name="Lane">Compute type.</param>
/// <param name="IsRepeated">One value for the whole block.</param>
internal readonly record struct SlotInfo(Place Place, Lane Lane, bool IsRepeated)
{
    /// <summary>The value of a constant.</summary>
    public Scalar Constant { get; init; }
}
