using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>What a kernel does with a sum before it stores it: activation(sum + bias[channel]) or activation(sum + residual).</summary>
/// <param name="Activation">Its number in <c>activate()</c> of common.cuh.</param>
/// <param name="Bias">A number for each channel, null for none.</param>
/// <param name="Residual">A number for each element, null for none.</param>
internal readonly record struct KernelEpilogue(int Activation, StepArgument Bias, StepArgument Residual)
{
    /// <summary>The activation of an epilogue that kernels know, null for any other.</summary>
    public static int? Match(FusedEpilogue op)
    {
        var program = op.Epilogue;
        var type = program.Inputs[0];
        if (program.Inputs.Length > 2 || program.Outputs is not [var output] || program.Inputs.Any(input => input != type) || program.Instructions.Any(instruction => instruction.Type != type)) return null;
        var value = 0;
        var next = 0;
        if (program.Inputs.Length == 2)
        {
            if (program.Instructions is not [{ Op: Add } add, ..] || (add.A, add.B) is not ((0, 1) or (1, 0))) return null;
            (value, next) = (2, 1);
        }
        var activation = 0;
        if (next < program.Instructions.Length)
        {
            var instruction = program.Instructions[next];
            if (instruction.A != value || NumberOf(instruction.Op) is not { } number) return null;
            (activation, value) = (number, program.Inputs.Length + next++);
        }
        return next == program.Instructions.Length && output == value ? activation : null;
    }

    /// <summary>Whether an operand behind the anchor's is one that kernels add: a bias, or row-major.</summary>
    public static bool Adds(Layout layout) => IsBias(layout) || layout.IsContiguous;

    /// <summary>The epilogue of a step, which does nothing if it has none.</summary>
    public static KernelEpilogue Of(StepBuilder step)
    {
        if (step.Step.Op is not FusedEpilogue op) return new(0, StepArgument.Null, StepArgument.Null);
        var activation = Match(op)!.Value;
        if (op.Epilogue.Inputs.Length == 1) return new(activation, StepArgument.Null, StepArgument.Null);
        var addend = step.Input(op.AnchorInputs);
        return IsBias(step.InputOf(op.AnchorInputs).Layout) ? new(activation, addend, StepArgument.Null) : new(activation, StepArgument.Null, addend);
    }

    /// <summary>One number a channel, side by side: [batch, channels, spatial…].</summary>
    private static bool IsBias(Layout layout)
    {
        for (var k = 0; k < layout.Shape.Rank; k++)
            if (layout.Shape[k] != 1 && layout.Strides[k] != (k == 1 ? 1 : 0)) return false;
        return true;
    }

    /// <summary>The number of an activation, null for an op that is none.</summary>
    public static int? NumberOf(Op op) => op switch
    {
        Relu => 1,
        Tanh => 5,
        Sigmoid => 6,
        _ => null,
    };
}
