using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>How a kernel finds the elements of an operand. Part of a kernel's text; the numbers are arguments.</summary>
internal enum OperandAccess
{
    /// <summary>Element i of the space is element i of memory.</summary>
    Linear,

    /// <summary>One element for the whole space.</summary>
    Scalar,

    /// <summary>By a stride an axis; neighbours along the last axis are neighbours in memory, and are read together.</summary>
    Row,

    /// <summary>By a stride an axis; the same element along the last axis, read once for neighbours.</summary>
    Column,

    /// <summary>By a stride an axis, element by element.</summary>
    Strided,
}

internal static class OperandAccesses
{
    /// <summary>How operands over a space are found element by element.</summary>
    public static OperandAccess[] Of(IterationSpace space) => Array.ConvertAll(space.Strides, strides =>
        space.IsLinear(strides) ? OperandAccess.Linear
        : Array.TrueForAll(strides, stride => stride == 0) ? OperandAccess.Scalar
        : OperandAccess.Strided);
}
