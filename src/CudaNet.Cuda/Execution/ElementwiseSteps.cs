using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Execution;

/// <summary>Elementwise programs, by kernels that are generated for them; op by op where no compiler is there.</summary>
internal static class ElementwiseSteps
{
    /// <summary>Registers the ops.</summary>
    /// <param name="table">Where.</param>
    /// <param name="canCompile">Whether kernels can be generated.</param>
    public static void Register(CudaKernelTable table, bool canCompile)
    {
        if (canCompile)
        {
            table.Add<FusedElementwise>(Build, CudaKernelTable.AnyLayout, static (op, _) => ElementwiseGenerator.CanGenerate(op.Program, op.Shape));
            table.Add<FusedElementwiseList>(BuildList, CudaKernelTable.AnyLayout, static (op, _) => ElementwiseList.CanGenerate(op.Program));
        }
        else table.Add<FusedElementwise>(BuildUnfused, CudaKernelTable.AnyLayout, static (op, _) => UnfusedProgram.Runs(op.Program, op.Shape));
    }

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
            var (record, token) = step.DivisionErrors();
            arguments.Add(record);
            arguments.Add(token);
        }
        foreach (var number in launch.Numbers) arguments.Add(number);
        var kernel = launch.Kernel;
        step.Launch(step.Backend.Kernels.Generate(kernel.Name, () => kernel.Source, [], kernel.Entry), new(launch.Grid, launch.Block), [.. arguments]);
    }

    /// <summary>The addresses of some of a step's inputs.</summary>
    public static IEnumerable<StepArgument> Inputs(this StepBuilder step, int first, int count) => Enumerable.Range(first, count).Select(step.Input);

    /// <summary>The record and the token by which a kernel reports that an integer was divided by 0.</summary>
    public static (StepArgument Record, StepArgument Token) DivisionErrors(this StepBuilder step)
    {
        var name = step.Step.Name;
        return step.IndexErrors((_, _) => WholeNumbers.DividedByZero(name));
    }

    /// <summary>Some of a step's inputs as values of a program that runs op by op.</summary>
    public static UnfusedValue[] Values(this StepBuilder step, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(k => new UnfusedValue(step.InputOf(k).DType, step.Input(k), step.InputOf(k).Layout.Strides.ToArray()))];

    private static void BuildUnfused(StepBuilder step)
    {
        var op = step.Op<FusedElementwise>();
        var program = new UnfusedProgram(step, op.Shape);
        program.Store(program.Run(op.Program, step.Values(0, op.Program.Inputs.Length)), [.. op.Program.Outputs.Select((value, k) => (op.Program.TypeOf(value), step.Output(k)))]);
    }

    private static void BuildList(StepBuilder step)
    {
        var op = step.Op<FusedElementwiseList>();
        var (inputs, outputs) = (op.Program.Inputs.Length, op.Program.Outputs.Length);
        var list = new ElementwiseList(op.Program, op.Shapes, [.. Enumerable.Range(0, inputs).Select(k => step.InputOf(k).Layout is { IsContiguous: false })]);
        var kernel = step.Backend.Kernels.Generate(list.Kernel.Name, () => list.Kernel.Source, [], list.Kernel.Entry);
        List<StepArgument> errors = [];
        if (list.ReportsErrors)
        {
            var (record, token) = step.DivisionErrors();
            errors = [record, token];
        }
        foreach (var (launch, first, count, table) in list.Launches())
        {
            var addresses =
                from tensor in Enumerable.Range(0, count)
                from operand in Enumerable.Range(0, inputs + outputs)
                select (list.AddressOf(tensor, operand), operand < inputs ? step.Input((first + tensor) * inputs + operand) : step.Output((first + tensor) * outputs + operand - inputs));
            step.Launch(kernel, launch, [StepArgument.Structure(table, [.. addresses]), .. errors]);
        }
    }

    private static void Build(StepBuilder step)
    {
        var op = step.Op<FusedElementwise>();
        var launch = ElementwiseGenerator.Generate(op.Program, op.Shape, [.. step.Step.Inputs.Select(input => input.Layout)]);
        step.Launch(launch, [.. step.Inputs(0, op.Program.Inputs.Length), .. op.Program.Outputs.Select((_, k) => step.Output(k))]);
    }
}
