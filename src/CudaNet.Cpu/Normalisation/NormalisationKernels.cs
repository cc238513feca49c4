using System.Numerics;
using CudaNet.Cpu.Simd;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Normalisation;

/// <summary>Softmax, cross entropy and the norms in Float32 and Float64; half types run as their decompositions, which
/// compute in Float32 too.</summary>
internal static class NormalisationKernels
{
    public static void Register(KernelTable table)
    {
        table.Add<Softmax>(
            step => Of(step, () => new SoftmaxKernel<float, ExpOperator>(step, false), () => new SoftmaxKernel<double, ExpOperator>(step, false)),
            claims: (op, types) => IsFull(types[0]) && op.Axis == types[0].Shape.Rank - 1);
        table.Add<LogSoftmax>(
            step => Of(step, () => new SoftmaxKernel<float, ExpOperator>(step, true), () => new SoftmaxKernel<double, ExpOperator>(step, true)),
            claims: (op, types) => IsFull(types[0]) && op.Axis == types[0].Shape.Rank - 1);
        table.Add<CrossEntropyLosses>(
            step => Of(step, () => new CrossEntropyKernel<float, ExpOperator>(step, (CrossEntropyLosses)step.Op), () => new CrossEntropyKernel<double, ExpOperator>(step, (CrossEntropyLosses)step.Op)),
            accepts: (_, operand, layout) => operand == 1 || layout.IsContiguous,
            claims: (_, types) => IsFull(types[0]) && types[0].Shape[1] > 0);
        table.Add<CrossEntropyGrad>(
            step => Of(step, () => new CrossEntropyGradKernel<float, ExpOperator>(step, (CrossEntropyGrad)step.Op), () => new CrossEntropyGradKernel<double, ExpOperator>(step, (CrossEntropyGrad)step.Op)),
            accepts: (_, operand, layout) => operand is 1 or 2 || layout.IsContiguous,
            claims: (_, types) => IsFull(types[0]) && types[0].Shape[1] > 0);
        table.Add<SoftmaxGrad>(
            step => Of(step, () => SoftmaxGrad<float, ExpOperator>(step), () => SoftmaxGrad<double, ExpOperator>(step)),
            claims: (op, types) => IsFull(types[0]) && op.Axis == types[0].Shape.Rank - 1);
        table.Add<LayerNorm>(
            step => Norm(step, Layout(((LayerNorm)step.Op).NormalizedAxes, Types(step)), ((LayerNorm)step.Op).Epsilon, centre: true),
            claims: (op, types) => IsFull(types[0]) && Layout(op.NormalizedAxes, types) is not null);
        table.Add<RmsNorm>(
            step => Norm(step, Layout(((RmsNorm)step.Op).NormalizedAxes, Types(step)), ((RmsNorm)step.Op).Epsilon, centre: false),
            claims: (op, types) => IsFull(types[0]) && Layout(op.NormalizedAxes, types) is not null);
        table.Add<Moments>(
            step => Moments(step, NormLayout.Of(step.Inputs[0].Shape, ((Moments)step.Op).Axes, null)!),
            claims: (op, types) => IsFull(types[0]) && NormLayout.Of(types[0].Shape, op.Axes, null) is not null);
        // Rows are normalised in one kernel while they are in cache. Of a batch, the moments are kept for the gradient, and the rest goes with
        // what else is done to each element.
        table.Add<Standardize>(
            step => Norm(step, Layout(((Standardize)step.Op).Axes, Types(step), weights: 1), ((Standardize)step.Op).Epsilon, centre: true),
            claims: (op, types) => IsFull(types[0]) && types[1..].All(type => type.Shape == types[1].Shape) && Layout(op.Axes, types, weights: 1) is { Outer: 1, HasLongRuns: true });
        table.Add<NormGrad>(
            step => NormGrad(step, (NormGrad)step.Op),
            claims: (op, types) => IsFull(types[0]) && Layout(op.Axes, types, weights: 2) is { Outer: 1, HasLongRuns: true });
        table.Add<NormWeightGrad>(
            step => NormWeightGrad(step, (NormWeightGrad)step.Op),
            claims: (op, types) => IsFull(types[0]) && NormLayout.Of(types[0].Shape, op.Axes, op.Weights) is { HasLongRuns: true });
    }

    private static IStepKernel SoftmaxGrad<T, TExp>(Step step)
        where T : unmanaged, IFloatingPointIeee754<T>, IMinMaxValue<T>
        where TExp : struct, IUnaryOperator<T> => ((SoftmaxGrad)step.Op).Logarithm
        ? new SoftmaxGradKernel<T, LogSoftmaxGradOperator<T, TExp>>(step, true)
        : new SoftmaxGradKernel<T, SoftmaxGradOperator<T>>(step, false);

    private static IStepKernel Moments(Step step, NormLayout layout) => Of(step, () => new MomentsKernel<float>(layout), () => new MomentsKernel<double>(layout));

    private static IStepKernel Norm(Step step, NormLayout? layout, double epsilon, bool centre) =>
        Of(step, () => new NormKernel<float>(step, layout!, epsilon, centre), () => new NormKernel<double>(step, layout!, epsilon, centre));

    private static IStepKernel NormGrad(Step step, NormGrad op)
    {
        var layout = Layout(op.Axes, Types(step), weights: 2)!;
        return Of(step, () => new NormGradKernel<float>(step, layout, op.Epsilon, op.Centred), () => new NormGradKernel<double>(step, layout, op.Epsilon, op.Centred));
    }

    private static IStepKernel NormWeightGrad(Step step, NormWeightGrad op)
    {
        var layout = NormLayout.Of(step.Inputs[0].Shape, op.Axes, op.Weights)!;
        return Of(step, () => new NormWeightGradKernel<float>(layout, op.Epsilon, op.Centred), () => new NormWeightGradKernel<double>(layout, op.Epsilon, op.Centred));
    }

    /// <summary>Over the last axes, with weights of just these.</summary>
    private static NormLayout? Layout(int axes, TensorType[] types)
    {
        var x = types[0].Shape;
        var aligned = types.Length > 1 ? new Shape([.. Enumerable.Repeat(1L, x.Rank - axes), .. types[1].Shape]) : default(Shape?);
        return NormLayout.Of(x, [.. Enumerable.Range(x.Rank - axes, axes)], aligned);
    }

    /// <param name="axes">What is normalised over.</param>
    /// <param name="types">Of the inputs.</param>
    /// <param name="weights">The input that is γ, if there is one.</param>
    private static NormLayout? Layout(Axes axes, TensorType[] types, int weights) => NormLayout.Of(types[0].Shape, axes, types.Length > weights ? types[weights].Shape : default(Shape?));

    private static TensorType[] Types(Step step) => [.. step.Inputs.Select(input => input.Type)];

    private static IStepKernel Of(Step step, Func<IStepKernel> single, Func<IStepKernel> full) => step.Inputs[0].DType == DType.Float32 ? single() : full();

    private static bool IsFull(TensorType type) => type.DType is DType.Float32 or DType.Float64;
}
