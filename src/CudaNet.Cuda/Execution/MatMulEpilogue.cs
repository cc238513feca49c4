using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>What the kernels of matrix products do to a sum: activation(sum + before) + behind. Each of the two is a step's input,
/// −1 for none, and either a row that is the same for all rows or of the result's shape.</summary>
internal readonly record struct MatMulEpilogue(int Activation, int Before, bool BeforeIsRow, int Behind, bool BehindIsRow)
{
    /// <summary>Results from which on it pays to compile the product anew for its epilogue, since the other way they are written,
    /// read and written again.</summary>
    private const long WorthCompiling = 1 << 20;

    /// <summary>The text of an epilogue that is compiled with the product; null where the kernel's own is used.</summary>
    public GeneratedEpilogue? Generated { get; init; }

    /// <summary>True if sums are results.</summary>
    public bool IsNone => Activation == 0 && Before < 0 && Behind < 0 && Generated is null;

    /// <summary>True for an epilogue that kernels do not know and that is worth a product of its own.</summary>
    public static bool IsGenerated(FusedEpilogue op, Shape result) => Match(op) is null && result.ElementCount >= WorthCompiling && EpilogueGenerator.CanGenerate(op.Epilogue);

    /// <summary>The activation and the numbers of the program's inputs, 0 for none; null for an epilogue that kernels do not know.</summary>
    public static (int Activation, int Before, int Behind)? Match(FusedEpilogue op)
    {
        var program = op.Epilogue;
        var type = program.Inputs[0];
        if (program.Inputs.Any(input => input != type)) return null;
        var (value, activation, before, behind) = (0, 0, 0, 0);
        for (var k = 0; k < program.Instructions.Length; k++)
        {
            var instruction = program.Instructions[k];
            if (instruction.Type != type || behind != 0) return null;
            if (instruction.Op is Add && (instruction.A == value || instruction.B == value))
            {
                var other = instruction.A == value ? instruction.B : instruction.A;
                if (other < 1 || other >= program.Inputs.Length || other == before) return null;
                if (before == 0 && activation == 0) before = other;
                else behind = other;
            }
            else if (activation == 0 && instruction.A == value && KernelEpilogue.NumberOf(instruction.Op) is { } number)
            {
                activation = number;
            }
            else
            {
                return null;
            }
            value = program.Inputs.Length + k;
        }
        var used = 1 + (before > 0 ? 1 : 0) + (behind > 0 ? 1 : 0);
        return program.Outputs is [var output] && output == value && program.Inputs.Length == used ? (activation, before, behind) : null;
    }

    /// <summary>Whether an operand behind the anchor's is one that kernels add.</summary>
    public static bool Adds(Layout layout) => IsRow(layout) || layout.IsContiguous;

    /// <summary>The epilogue of a step, which does nothing if it has none.</summary>
    public static MatMulEpilogue Of(StepBuilder step)
    {
        if (step.Step.Op is not FusedEpilogue op) return new(0, -1, false, -1, false);
        if (Match(op) is not var (activation, before, behind))
            return new(0, -1, false, -1, false) { Generated = EpilogueGenerator.Generate(op.Epilogue, step.OutputOf().Shape, [.. step.Step.Inputs.Skip(op.AnchorInputs).Select(input => input.Layout)]) };
        // Input 0 of the program is the product itself.
        int Input(int number) => number == 0 ? -1 : op.AnchorInputs + number - 1;
        bool IsRowAt(int number) => number != 0 && IsRow(step.InputOf(Input(number)).Layout);
        return new(activation, Input(before), IsRowAt(before), Input(behind), IsRowAt(behind));
    }

    private static bool IsRow(Layout layout)
    {
        for (var k = 0; k < layout.Shape.Rank; k++)
            if (layout.Shape[k] != 1 && layout.Strides[k] != (k == layout.Shape.Rank - 1 ? 1 : 0)) return false;
        return true;
    }
}
