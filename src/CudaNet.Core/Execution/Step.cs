using CudaNet.Ops;

namespace CudaNet.Execution;

/// <summary>An operand of a step: which memory, and how it lies there.</summary>
/// <param name="Slot">Index into the plan's slots.</param>
/// <param name="Layout">Shape, strides and offset in elements.</param>
/// <param name="DType">Element type.</param>
public sealed record Operand(int Slot, Layout Layout, DType DType)
{
    /// <summary>Shape of the operand.</summary>
    public Shape Shape => Layout.Shape;

    /// <summary>Shape and element type.</summary>
    public TensorType Type => new(Layout.Shape, DType);
}

/// <summary>One kernel call of a plan. Outputs are always row-major from their slot's start.</summary>
/// <param name="Op">A primitive, a claimed composite, or a fused op.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Outputs">What it writes; only fused elementwise steps write more than one.</param>
public sealed record Step(Op Op, IReadOnlyList<Operand> Inputs, IReadOnlyList<Operand> Outputs)
{
    /// <summary>The names of the ops that were fused into it, for people: "MatMul+Add+Relu".</summary>
    public required string Name { get; init; }

    /// <summary>Floating-point operations of one run.</summary>
    public long Flops => Op.Flops([.. Inputs.Select(input => input.Type)], Outputs[0].Type);

    /// <summary>Bytes read and written; each operand once, a broadcast one by its stored elements.</summary>
    public long Bytes => Inputs.Concat(Outputs).Sum(operand => StoredElements(operand.Layout) * operand.DType.Size());

    private static long StoredElements(Layout layout)
    {
        long count = 1;
        for (var k = 0; k < layout.Shape.Rank; k++)
            if (layout.Strides[k] != 0 || layout.Shape[k] == 0) count *= layout.Shape[k];
        return count;
    }
}
