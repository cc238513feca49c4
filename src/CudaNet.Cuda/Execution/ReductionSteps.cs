using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Reductions with the programs before and behind them, and positions of extremes, by kernels that are generated for them.</summary>
internal static class ReductionSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<FusedReduction>(Fold, CudaKernelTable.AnyLayout, static (op, _) => ReductionGenerator.CanGenerate(op));
        table.Add<ArgMax>(static step => Position(step, greatest: true, step.Op<ArgMax>().Axes), CudaKernelTable.AnyLayout);
        table.Add<ArgMin>(static step => Position(step, greatest: false, step.Op<ArgMin>().Axes), CudaKernelTable.AnyLayout);
    }

    private static void Fold(StepBuilder step)
    {
        var op = step.Op<FusedReduction>();
        Launch(step, ReductionGenerator.Generate(op, [.. step.Step.Inputs.Select(input => input.Layout)]), op.Program.Inputs.Length);
    }

    private static void Position(StepBuilder step, bool greatest, Axes axes)
    {
        var input = step.InputOf(0);
        Launch(step, ReductionGenerator.GenerateArg(greatest, axes, input.DType, input.Layout), 1);
    }

    /// <param name="step">The step.</param>
    /// <param name="reduction">Its kernels.</param>
    /// <param name="inputs">How many of the step's inputs are folded; the others belong to the epilogue.</param>
    private static void Launch(StepBuilder step, GeneratedReduction reduction, int inputs)
    {
        var folded = step.Inputs(0, inputs);
        var extras = step.Inputs(inputs, step.Step.Inputs.Count - inputs);
        if (reduction.Join is not { } join)
        {
            step.Launch(reduction.First, [.. folded, .. extras, step.Output()]);
            return;
        }
        var partials = step.Scratch(reduction.ScratchBytes);
        step.Launch(reduction.First, [.. folded, partials]);
        step.Launch(join, [partials, .. extras, step.Output()]);
    }
}
