using CudaNet.Cuda.Driver;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Codegen;

/// <summary>The kernels of a reduction.</summary>
/// <param name="First">Folds the inputs; writes the results, or with <paramref name="Join"/> partial ones to scratch memory.</param>
/// <param name="Join">Folds the partial results in their order; null where one pass does it.</param>
/// <param name="ScratchBytes">For the partial results.</param>
/// <remarks>Arguments: of a single kernel the step's inputs and its output. Of two, the first takes the program's inputs and the
/// scratch memory; the second the scratch memory, the epilogue's inputs and the output.</remarks>
internal sealed record GeneratedReduction(GeneratedLaunch First, GeneratedLaunch? Join, long ScratchBytes);

/// <summary>
/// Makes the kernels of a reduction with the elementwise programs before and behind it. Threads walk along the folded
/// elements where those are neighbours in memory, else along the results; where there are few results and much to fold,
/// segments are folded apart and then joined in order. No atomics: equal shapes give equal bits.
/// </summary>
/// <remarks>Parameters: inputs, [extra inputs of the epilogue,] output, [error, token,] results, folded elements, elements of
/// a segment, lanes, the shift that divides by lanes, then what the axes want.</remarks>
internal static class ReductionGenerator
{
    /// <summary>True if kernels can be made for an op.</summary>
    public static bool CanGenerate(FusedReduction op) =>
        op.Reduction is Sum or Prod or Max or Min && ProgramText.Knows(op.Program) && (op.Epilogue is null || ProgramText.Knows(op.Epilogue))
        && ((op.Program.Inputs.Length + (op.Epilogue?.Inputs.Length ?? 0)) * (1 + op.Shape.Rank) + 6 * op.Shape.Rank + 8) * sizeof(long) <= GeneratedKernel.MostParameterBytes;

    /// <summary>The kernels for a fused reduction.</summary>
    /// <param name="op">What is computed.</param>
    /// <param name="layouts">The step's inputs: the program's over the shape, then the epilogue's over the result.</param>
    public static GeneratedReduction Generate(FusedReduction op, IReadOnlyList<Layout> layouts)
    {
        var folded = op.Folded;
        var inputs = op.Program.Inputs.Length;
        var program = op.Program;
        if (OpText.Lane(program.TypeOf(program.Outputs[0])) != OpText.Lane(folded.DType)) program = Converted(program, folded.DType);
        var axes = ((IReduction)op.Reduction).Axes;
        var plan = new FoldPlan(op.Shape, axes, program.Inputs, [.. layouts.Take(inputs)], reorder: true, split: true);
        var fold = FoldText.Of(op.Reduction, folded.DType);
        var behind = new Behind(op.Epilogue ?? new ElementwiseProgram([folded.DType], [], [0]), folded.Shape, [.. layouts.Skip(inputs)]);
        if (plan.Segments == 1) return new(Kernel(plan, program, fold, behind), null, 0);

        // Partial results are kept as they were folded: in float for half types.
        var partial = folded.DType.IsHalf() ? DType.Float32 : folded.DType;
        Shape partials = [plan.Segments, plan.Keep];
        var join = new FoldPlan(partials, 0, [partial], [Layout.Contiguous(partials)], reorder: true, split: false);
        return new(
            Kernel(plan, program, fold, null),
            Kernel(join, new([partial], [], [0]), fold, behind),
            plan.Segments * plan.Keep * partial.Size());
    }

    /// <summary>The kernels of an ArgMax or ArgMin.</summary>
    /// <param name="greatest">True for the greatest element.</param>
    /// <param name="axes">The folded axes.</param>
    /// <param name="type">The input's type.</param>
    /// <param name="layout">The input.</param>
    public static GeneratedReduction GenerateArg(bool greatest, Axes axes, DType type, Layout layout)
    {
        var plan = new FoldPlan(layout.Shape, axes, [type], [layout], reorder: false, split: true);
        var fold = FoldText.OfPosition(greatest, type);
        var program = new ElementwiseProgram([type], [], [0]);
        if (plan.Segments == 1) return new(Kernel(plan, program, fold, Behind.Position), null, 0);
        Shape partials = [plan.Segments, plan.Keep];
        var join = new FoldPlan(partials, 0, [DType.Int64], [Layout.Contiguous(partials)], reorder: false, split: false, together: false);
        return new(Kernel(plan, program, fold, null), Kernel(join, null, fold, Behind.Position), plan.Segments * plan.Keep * 2 * sizeof(long));
    }

    private static ElementwiseProgram Converted(ElementwiseProgram program, DType type) => program with
    {
        Instructions = program.Instructions.Add(new(new Cast(type), type, program.Outputs[0])),
        Outputs = [program.Inputs.Length + program.Instructions.Length],
    };

    /// <summary>What happens to a folded value before it is stored.</summary>
    /// <param name="Program">Its first input is the folded value.</param>
    /// <param name="Shape">Shape of the result.</param>
    /// <param name="Layouts">The program's further inputs over it.</param>
    private sealed record Behind(ElementwiseProgram Program, Shape Shape, IReadOnlyList<Layout> Layouts)
    {
        /// <summary>The position of an element is stored as it is.</summary>
        public static Behind Position { get; } = new(new([DType.Int64], [], [0]), Shape.Scalar, []);
    }

    /// <summary>One kernel.</summary>
    /// <param name="plan">How threads walk.</param>
    /// <param name="program">What is folded; null to fold accumulators that lie in memory.</param>
    /// <param name="fold">How it is folded.</param>
    /// <param name="behind">What follows; null to store accumulators.</param>
    private static GeneratedLaunch Kernel(FoldPlan plan, ElementwiseProgram? program, FoldText fold, Behind? behind)
    {
        var strided = Enumerable.Range(0, plan.Access.Length).Where(k => plan.Access[k] != OperandAccess.Scalar).ToArray();
        AxisArguments Axes(string prefix, IterationSpace space, out bool wide)
        {
            wide = AxisArguments.IsWide(space.Sizes, strided.Select(k => space.Strides[k])) || plan.Fold > 1 << 30;
            return new(prefix, space.Sizes, [.. strided.Select(k => ($"a{k}", space.Strides[k]))], wide);
        }
        var (kept, folded) = (Axes("k", plan.Kept, out _), Axes("f", plan.Folded, out var wide));
        var extras = Extras(behind, out var extraAccess);
        var reports = program is not null && ProgramText.ReportsErrors(program) || behind is not null && ProgramText.ReportsErrors(behind.Program);
        var text = new ReductionText(plan, program, fold, behind?.Program, extraAccess, reports) { Kept = kept, Folded = folded, Extras = extras, Wide = wide };
        KernelArgument[] numbers =
        [
            plan.Keep, plan.Fold, plan.Chunk, plan.Lanes, System.Numerics.BitOperations.Log2((uint)plan.Lanes),
            .. kept.Numbers(), .. folded.Numbers(), .. extras.Numbers(),
        ];
        return new(new("reduction", text.Build()), new Dim3((int)plan.Blocks, (int)plan.Segments), FoldPlan.Threads, numbers, reports);
    }

    private static AxisArguments Extras(Behind? behind, out OperandAccess[] access)
    {
        if (behind is null || behind.Layouts.Count == 0)
        {
            access = [];
            return new("e", [], [], wide: false);
        }
        var space = IterationSpace.Of(behind.Shape, behind.Layouts);
        access = OperandAccesses.Of(space);
        var how = access;
        var strided = Enumerable.Range(0, how.Length).Where(k => how[k] == OperandAccess.Strided).ToArray();
        return new("e", strided.Length > 0 ? space.Sizes : [], [.. strided.Select(k => ($"b{k}", space.Strides[k]))], AxisArguments.IsWide(space.Sizes, strided.Select(k => space.Strides[k])));
    }
}
