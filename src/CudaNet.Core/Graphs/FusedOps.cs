using System.Collections.Immutable;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>A chain of elementwise ops in one pass over memory. Step inputs: the program's inputs, each laid out over
/// <paramref name="Shape"/> (a broadcast has stride 0). Step outputs: the program's outputs, each of <paramref name="Shape"/>.</summary>
/// <remarks>An output may share its memory with inputs that lie linearly in it: a kernel reads all inputs of a block of
/// elements before it writes the first output of that block.</remarks>
public sealed record FusedElementwise(ElementwiseProgram Program, Shape Shape) : Op
{
    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(Shape, Program.TypeOf(Program.Outputs[0]));

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => Shape.ElementCount * Program.Work;
}

/// <summary>The same elementwise chain over several tensors. Step inputs: those of the first, then those of the second, …, each
/// row-major or one element for all (stride 0), alike for all of them; step outputs in the same order.</summary>
/// <remarks>An output may share its memory with a linear input of the same tensor, unless another one reads that too.</remarks>
/// <param name="Program">What is computed.</param>
/// <param name="Shapes">What is iterated over, for each.</param>
public sealed record FusedElementwiseList(ElementwiseProgram Program, ImmutableArray<Shape> Shapes) : Op
{
    /// <summary>Elements of all together.</summary>
    public long ElementCount => Shapes.Sum(shape => shape.ElementCount);

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new(Shapes[0], Program.TypeOf(Program.Outputs[0]));

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => ElementCount * Program.Work;
}

/// <summary>An elementwise chain that ends in a reduction, and may go on element by element behind it.
/// Step inputs: those of <paramref name="Program"/> laid out over <paramref name="Shape"/>, then those of
/// <paramref name="Epilogue"/> after its first (which is the folded value) laid out over the output's shape.</summary>
/// <param name="Program">Makes the one value that is folded; without instructions it is the input itself.</param>
/// <param name="Shape">What is iterated over before folding.</param>
/// <param name="Reduction">Sum, Max, Min or Prod: implements <see cref="IReduction"/>.</param>
/// <param name="Epilogue">Works on the folded value; null for none.</param>
public sealed record FusedReduction(ElementwiseProgram Program, Shape Shape, Op Reduction, ElementwiseProgram? Epilogue) : Op
{
    /// <summary>Type of the folded value, before the epilogue.</summary>
    public TensorType Folded => Reduction.Infer([new(Shape, Program.TypeOf(Program.Outputs[0]))]);

    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) =>
        Epilogue is null ? Folded : new(Folded.Shape, Epilogue.TypeOf(Epilogue.Outputs[0]));

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
        Shape.ElementCount * (1 + Program.Work);
}

/// <summary>A matrix product or convolution whose result goes through an elementwise program before it is stored: bias,
/// activation, residual. Step inputs: the anchor's, then those of the program after its first (which is the
/// anchor's result), laid out over the output's shape.</summary>
public sealed record FusedEpilogue(Op Anchor, int AnchorInputs, ElementwiseProgram Epilogue) : Op
{
    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) =>
        new(Anchor.Infer(inputs[..AnchorInputs]).Shape, Epilogue.TypeOf(Epilogue.Outputs[0]));

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) =>
        Anchor.Flops(inputs[..AnchorInputs], Anchor.Infer(inputs[..AnchorInputs])) + output.Shape.ElementCount * Epilogue.Work;
}

/// <summary>Copies any layout row-major: what the planner puts in before a kernel that needs it.</summary>
public sealed record Contiguous : Op
{
    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0];

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 0;
}

/// <summary>An op that may carry an elementwise epilogue: the matrix product and the convolutions.</summary>
public interface IEpilogueAnchor;
