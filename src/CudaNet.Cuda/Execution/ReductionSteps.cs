using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Reductions with the programs before and behind them, and positions of extremes, by kernels that are generated for them;
/// op by op where no compiler is there.</summary>
internal static class ReductionSteps
{
    /// <summary>Registers the ops.</summary>
    /// <param name="table">Where.</param>
    /// <param name="canCompile">Whether kernels can be generated.</param>
    public static void Register(CudaKernelTable table, bool canCompile)
    {
        if (canCompile)
        {
            table.Add<FusedReduction>(Fold, CudaKernelTable.AnyLayout, static (op, _) => ReductionGenerator.CanGenerate(op));
            table.Add<ArgMax>(static step => Position(step, greatest: true, step.Op<ArgMax>().Axes), CudaKernelTable.AnyLayout);
            table.Add<ArgMin>(static step => Position(step, greatest: false, step.Op<ArgMin>().Axes), CudaKernelTable.AnyLayout);
            return;
        }
        table.Add<FusedReduction>(UnfusedReduction.Fold, CudaKernelTable.AnyLayout, static (op, _) => UnfusedReduction.Runs(op));
        table.Add<ArgMax>(static step => UnfusedReduction.Position(step, greatest: true, step.Op<ArgMax>().Axes), CudaKernelTable.AnyLayout, static (_, types) => ViewSteps.Fits(types[0].Shape));
        table.Add<ArgMin>(static step => UnfusedReduction.Position(step, greatest: false, step.Op<ArgMin>().Axes), CudaKernelTable.AnyLayout, static (_, types) => ViewSteps.Fits(types[0].Shape));
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
