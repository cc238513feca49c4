using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Execution;

/// <summary>Elementwise programs, by kernels that are generated for them.</summary>
internal static class ElementwiseSteps
{
    public static void Register(CudaKernelTable table) =>
        table.Add<FusedElementwise>(Build, CudaKernelTable.AnyLayout, static (op, _) => ElementwiseGenerator.CanGenerate(op.Program, op.Shape));

    /// <summary>Launches a generated kernel.</summary>
    /// <param name="step">The step.</param>
    /// <param name="launch">Kernel, geometry and numbers.</param>
    /// <param name="pointers">Inputs and outputs.</param>
    public static void Launch(this StepBuilder step, GeneratedLaunch launch, params ReadOnlySpan<StepArgument> pointers)
    {
        if (launch.Grid.Count == 0) return;
        var arguments = new List<StepArgument>();
        arguments.AddRange(pointers);
        if (launch.ReportsErrors)
        {
            var name = step.Step.Name;
            var (record, token) = step.IndexErrors((_, _) => WholeNumbers.DividedByZero(name));
            arguments.Add(record);
            arguments.Add(token);
        }
        foreach (var number in launch.Numbers) arguments.Add(number);
        var kernel = launch.Kernel;
        step.Launch(step.Backend.Kernels.Generate(kernel.Name, () => kernel.Source, [], kernel.Entry), new(launch.Grid, launch.Block), [.. arguments]);
    }

    /// <summary>The addresses of some of a step's inputs.</summary>
    public static IEnumerable<StepArgument> Inputs(this StepBuilder step, int first, int count) => Enumerable.Range(first, count).Select(step.Input);

    private static void Build(StepBuilder step)
    {
        var op = step.Op<FusedElementwise>();
        var launch = ElementwiseGenerator.Generate(op.Program, op.Shape, [.. step.Step.Inputs.Select(input => input.Layout)]);
        step.Launch(launch, [.. step.Inputs(0, op.Program.Inputs.Length), .. op.Program.Outputs.Select((_, k) => step.Output(k))]);
    }
}
