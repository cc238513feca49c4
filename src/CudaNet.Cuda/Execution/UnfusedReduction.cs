using CudaNet.Cuda.Kernels;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Reductions where no compiler can make a kernel of them: the program before, the fold and the program behind run
/// one after the other.</summary>
internal static class UnfusedReduction
{
    private const int Maximum = 2, Minimum = 3;

    /// <summary>True if the kernels can do it.</summary>
    public static bool Runs(FusedReduction op) =>
        op.Reduction is Sum or Prod or Max or Min && UnfusedProgram.Runs(op.Program, op.Shape) && (op.Epilogue is null || UnfusedProgram.Runs(op.Epilogue, op.Folded.Shape));

    /// <summary>A fused reduction.</summary>
    public static void Fold(StepBuilder step)
    {
        var op = step.Op<FusedReduction>();
        var (folded, inputs) = (op.Folded, op.Program.Inputs.Length);
        var type = UnfusedProgram.Computed(folded.DType);
        var before = new UnfusedProgram(step, op.Shape);
        var value = before.Loaded(before.Run(op.Program, step.Values(0, inputs))[0], type);
        var (kept, along) = Walks(op.Shape, ((IReduction)op.Reduction).Axes, value.Strides);
        var (number, neutral) = op.Reduction switch
        {
            Sum => (0, (Scalar)0L),
            Prod => (1, 1L),
            Max => (Maximum, Extreme(type, greatest: false)),
            _ => (Minimum, Extreme(type, greatest: true)),
        };
        var result = step.Scratch(Math.Max(1, folded.Shape.ElementCount) * type.Size());
        step.Launch(OperationKernels.Fold(KernelTypes.Name(type), number, kept, along, UnfusedProgram.BitsOf(neutral, type)), value.Address, result);

        var behind = new UnfusedProgram(step, folded.Shape);
        var epilogue = op.Epilogue ?? new ElementwiseProgram([folded.DType], [], [0]);
        UnfusedValue[] values = [new(type, result, folded.Shape.ContiguousStrides(), IsDense: true), .. step.Values(inputs, step.Step.Inputs.Count - inputs)];
        behind.Store(behind.Run(epilogue, values), [(epilogue.TypeOf(epilogue.Outputs[0]), step.Output())]);
    }

    /// <summary>The position of the greatest or least elements.</summary>
    public static void Position(StepBuilder step, bool greatest, Axes axes)
    {
        var input = step.InputOf(0);
        var value = new UnfusedProgram(step, input.Shape).Loaded(step.Values(0, 1)[0], UnfusedProgram.Computed(input.DType));
        var (kept, along) = Walks(input.Shape, axes, value.Strides);
        step.Launch(OperationKernels.Position(KernelTypes.Name(value.Type), greatest ? Maximum : Minimum, kept, along), value.Address, step.Output());
    }

    private static (AxisWalk Kept, AxisWalk Folded) Walks(Shape shape, Axes axes, long[] strides)
    {
        IEnumerable<WalkedAxis> Of(bool folded) => Enumerable.Range(0, shape.Rank).Where(axis => axes.Contains(axis) == folded).Select(axis => new WalkedAxis(shape[axis], strides[axis]));
        return (new(Of(folded: false)), new(Of(folded: true)));
    }

    /// <summary>The value that every other one beats.</summary>
    private static Scalar Extreme(DType type, bool greatest) => type switch
    {
        DType.Bool => greatest ? 1L : 0L,
        DType.UInt8 => greatest ? 255L : 0L,
        DType.Int32 => greatest ? int.MaxValue : (long)int.MinValue,
        DType.Int64 => greatest ? long.MaxValue : long.MinValue,
        _ => greatest ? double.PositiveInfinity : double.NegativeInfinity,
    };
}
