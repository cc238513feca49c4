using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>What a convolution does with a sum before it stores it: activation(sum + bias[channel]), activation(sum + residual) or
/// activation(sum) + residual.</summary>
/// <param name="Activation">Its number in <c>activate()</c> of common.cuh.</param>
/// <param name="Bias">A number for each channel, null for none.</param>
/// <param name="Residual">A number for each element, null for none.</param>
/// <param name="ResidualFirst">Whether the residual is added before the activation.</param>
internal readonly record struct KernelEpilogue(int Activation, StepArgument Bias, StepArgument Residual, bool ResidualFirst)
{
    /// <summary>The activation, and whether an operand is added before it; null for an epilogue that kernels do not know.</summary>
    public static (int Activation, bool AddsFirst)? Match(FusedEpilogue op) =>
        MatMulEpilogue.Match(op) is var (activation, before, behind) && (before == 0 || behind == 0) ? (activation, behind == 0) : null;

    /// <summary>Whether an operand behind the anchor's lies so that kernels add it: a bias, or row-major.</summary>
    public static bool Adds(FusedEpilogue op, Layout layout) => Match(op) is not var (_, addsFirst) || layout.IsContiguous || (addsFirst && IsBias(layout));

    /// <summary>The epilogue of a step, which does nothing if it has none.</summary>
    public static KernelEpilogue Of(StepBuilder step)
    {
        if (step.Step.Op is not FusedEpilogue op || Match(op) is not var (activation, addsFirst)) return new(0, StepArgument.Null, StepArgument.Null, false);
        if (op.Epilogue.Inputs.Length == 1) return new(activation, StepArgument.Null, StepArgument.Null, false);
        var addend = step.Input(op.AnchorInputs);
        return addsFirst && IsBias(step.InputOf(op.AnchorInputs).Layout) ? new(activation, addend, StepArgument.Null, false) : new(activation, StepArgument.Null, addend, addsFirst);
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
