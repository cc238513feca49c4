using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Convolutions and their gradients in Float32 and the half types, with an epilogue of bias, residual and activation.
/// Float32 is multiplied exactly unless tf32 is allowed; Float64 is left to the host.</summary>
internal static class ConvolutionSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<Conv>(step => Forward(step, (Conv)step.Step.Op), claims: static (op, types) => Claims(op, types));
        table.Add<ConvInputGrad>(step => InputGradient(step, (ConvInputGrad)step.Step.Op), claims: static (op, types) => Claims(op, types));
        table.Add<ConvWeightGrad>(WeightGradient, claims: static (op, types) => Claims(op, types));
    }

    /// <summary>Whether the kernels take an epilogue of a convolution, too.</summary>
    public static bool ClaimsFused(FusedEpilogue op, TensorType[] types) =>
        op.Anchor is Conv or ConvInputGrad && Claims(op.Anchor, types[..op.AnchorInputs]) && KernelEpilogue.Match(op) is not null;

    /// <summary>A convolution with its epilogue.</summary>
    public static void Fused(StepBuilder step, FusedEpilogue op)
    {
        if (op.Anchor is Conv conv) Forward(step, conv);
        else InputGradient(step, (ConvInputGrad)op.Anchor);
    }

    private static bool Claims(Op op, TensorType[] types)
    {
        var result = op.Infer(types);
        return KernelTypes.IsFloat(result.DType) && GeometryOf(op).Groups <= 65535 && new[] { types[0], types[1], result }.All(type => type.Shape.ElementCount <= int.MaxValue);
    }

    private static ConvGeometry GeometryOf(Op op) => op switch
    {
        Conv conv => conv.Geometry,
        ConvInputGrad gradient => gradient.Geometry,
        _ => ((ConvWeightGrad)op).Geometry,
    };

    private static void Forward(StepBuilder step, Conv op)
    {
        var (x, w) = (step.InputOf(0), step.InputOf(1));
        var problem = ConvProblem.Of(op.Geometry, x.Shape, w.Shape, step.OutputOf().Shape);
        if (problem.Elements.Output == 0) return;
        var type = KernelTypes.Name(x.DType);
        var (spec, tileRows) = Choose(step, problem, type, problem.Rows, isSourceAligned: IsAligned(x));
        var length = problem.Channels * problem.Taps;
        var pack = ConvKernels.PackForward(problem, type);
        var isPacked = spec != ConvKernels.PlainSpec && (pack.Leading != length || !IsAligned(w));
        var weight = isPacked ? Packed(step, spec, pack, type) : step.Input(1);
        Product(step, spec, ConvKernels.Forward(problem, isPacked ? pack.Leading : length), problem.Groups, tileRows, weight);
    }

    private static void InputGradient(StepBuilder step, ConvInputGrad op)
    {
        var (y, w) = (step.InputOf(0), step.InputOf(1));
        var problem = ConvProblem.Of(op.Geometry, step.OutputOf().Shape, w.Shape, y.Shape);
        if (problem.Elements.Input == 0) return;
        var type = KernelTypes.Name(y.DType);
        var (spec, tileRows) = Choose(step, problem, type, problem.Channels, isSourceAligned: IsAligned(y));
        foreach (var (product, pack) in ConvKernels.InputGradient(problem, type))
            Product(step, spec, product, problem.Groups, tileRows, product.Taps == 0 ? step.Input(1) : Packed(step, spec, pack, type));
    }

    private static void WeightGradient(StepBuilder step)
    {
        var (x, y) = (step.InputOf(0), step.InputOf(1));
        var problem = ConvProblem.Of(step.Op<ConvWeightGrad>().Geometry, x.Shape, step.OutputOf().Shape, y.Shape);
        var type = KernelTypes.Name(x.DType);
        var mode = !IsAligned(y) ? ConvMode.Any : IsAligned(x) ? ConvKernels.Mode(problem, type) : (ConvMode)Math.Min((int)ConvKernels.Mode(problem, type), (int)ConvMode.AlignedPlanes);
        var tileRows = problem.Rows <= 64 && mode == ConvMode.AlignedPlanes ? 64 : 128;
        var spec = IsPlain(step, type) ? ConvKernels.PlainSpec : ConvKernels.MmaSpec(type, mode, tileRows);
        var arguments = ConvKernels.WeightGradient(problem, 1);
        arguments.Splits = ConvKernels.Splits(arguments, ConvKernels.WeightProduct(spec, arguments, problem.Groups, tileRows), step.Backend.Driver.Properties.MultiprocessorCount, step: 32);
        var size = problem.Elements.Weight;
        var partial = arguments.Splits > 1 ? step.Scratch(arguments.Splits * size * sizeof(float)) : StepArgument.Null;
        step.Launch(ConvKernels.WeightProduct(spec, arguments, problem.Groups, tileRows), StepArgument.Structure(arguments,
            (nameof(ConvArguments.Source), step.Input(0)), (nameof(ConvArguments.Weight), step.Input(1)), (nameof(ConvArguments.Result), step.Output()), (nameof(ConvArguments.Partial), partial)));
        if (arguments.Splits > 1) step.Launch(ConvKernels.Join(spec, size), partial, step.Output(), size, arguments.Splits);
    }

    private static bool IsPlain(StepBuilder step, string type) => type == "f32" && !step.Backend.Options.AllowTf32;

    /// <summary>The specialisation for a product whose result has so many channels a group.</summary>
    private static (KernelSpec Spec, int TileRows) Choose(StepBuilder step, ConvProblem problem, string type, int rows, bool isSourceAligned)
    {
        if (IsPlain(step, type)) return (ConvKernels.PlainSpec, 0);
        // Mode 0 differs from 1 in the gradient by the weights only.
        var mode = isSourceAligned && ConvKernels.Mode(problem, type) == ConvMode.Pointwise ? ConvMode.Pointwise : ConvMode.AlignedPlanes;
        var tileRows = rows <= 64 && mode == ConvMode.AlignedPlanes ? 64 : 128;
        return (ConvKernels.MmaSpec(type, mode, tileRows), tileRows);
    }

    private static StepArgument Packed(StepBuilder step, KernelSpec spec, ConvPackArguments pack, string type)
    {
        var packed = step.Scratch((long)pack.Groups * pack.Rows * pack.Leading * KernelTypes.SizeOf(type));
        step.Launch(ConvKernels.Pack(spec, pack), StepArgument.Structure(pack, (nameof(ConvPackArguments.Weight), step.Input(1)), (nameof(ConvPackArguments.Packed), packed)));
        return packed;
    }

    private static void Product(StepBuilder step, KernelSpec spec, ConvArguments arguments, int groups, int tileRows, StepArgument weight)
    {
        var epilogue = KernelEpilogue.Of(step);
        (arguments.Activation, arguments.ResidualFirst, arguments.Beta) = (epilogue.Activation, 1, 1);
        step.Launch(ConvKernels.Product(spec, arguments, groups, tileRows), StepArgument.Structure(arguments,
            (nameof(ConvArguments.Source), step.Input(0)), (nameof(ConvArguments.Weight), weight), (nameof(ConvArguments.Result), step.Output()),
            (nameof(ConvArguments.Bias), epilogue.Bias), (nameof(ConvArguments.Residual), epilogue.Residual)));
    }

    /// <summary>Whether an operand begins at a multiple of 16 bytes; memory itself does.</summary>
    private static bool IsAligned(Operand operand) => operand.Layout.Offset * operand.DType.Size() % 16 == 0;
}
