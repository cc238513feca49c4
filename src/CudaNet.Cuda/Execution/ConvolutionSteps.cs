using CudaNet.Cuda.Driver;
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
        var length = problem.Channels * problem.Taps;
        if (IsDepthwise(problem) && Depthwise(step, type, ConvKernels.Forward(problem, length), problem.Groups, step.Input(1))) return;
        if (Winograd(step, type, problem, backward: false)) return;
        var spec = Choose(step, problem, type, problem.Rows, isSourceAligned: IsAligned(x));
        var pack = ConvKernels.PackForward(problem, type);
        var isPacked = !IsExact(step, type) && (pack.Leading != length || !IsAligned(w));
        var weight = isPacked ? Packed(step, pack, type) : step.Input(1);
        Product(step, spec, ConvKernels.Forward(problem, isPacked ? pack.Leading : length), problem.Groups, weight);
    }

    private static void InputGradient(StepBuilder step, ConvInputGrad op)
    {
        var (y, w) = (step.InputOf(0), step.InputOf(1));
        var problem = ConvProblem.Of(op.Geometry, step.OutputOf().Shape, w.Shape, y.Shape);
        if (problem.Elements.Input == 0) return;
        var type = KernelTypes.Name(y.DType);
        if (Winograd(step, type, problem, backward: true)) return;
        var spec = Choose(step, problem, type, problem.Channels, isSourceAligned: IsAligned(y));
        foreach (var (product, pack) in ConvKernels.InputGradient(problem, type))
        {
            var weight = product.Taps == 0 ? step.Input(1) : Packed(step, pack, type);
            if (IsDepthwise(problem) && problem.Rows == 1 && Depthwise(step, type, product, problem.Groups, weight)) continue;
            Product(step, spec, product, problem.Groups, weight);
        }
    }

    private static void WeightGradient(StepBuilder step)
    {
        var (x, y) = (step.InputOf(0), step.InputOf(1));
        var problem = ConvProblem.Of(step.Op<ConvWeightGrad>().Geometry, x.Shape, step.OutputOf().Shape, y.Shape);
        var type = KernelTypes.Name(x.DType);
        if (IsDepthwise(problem) && DepthwiseWeight(step, type, problem)) return;
        var mode = !IsAligned(y) ? ConvMode.Any : IsAligned(x) ? ConvKernels.Mode(problem, type) : (ConvMode)Math.Min((int)ConvKernels.Mode(problem, type), (int)ConvMode.AlignedPlanes);
        var spec = IsExact(step, type) ? ConvKernels.SimtSpec(problem.Rows) : ConvKernels.MmaSpec(type, mode, TileRows(problem.Rows, mode));
        var arguments = ConvKernels.WeightGradient(problem, 1);
        arguments.Splits = ConvKernels.Splits(arguments, ConvKernels.WeightProduct(spec, arguments, problem.Groups), step.Backend.Driver.Properties.MultiprocessorCount, step: 32);
        InParts(step, ConvKernels.WeightProduct(spec, arguments, problem.Groups), type, arguments, problem.Elements.Weight);
    }

    /// <summary>A gradient by the weights in so many parts, and their sum.</summary>
    private static void InParts(StepBuilder step, KernelLaunch launch, string type, ConvArguments arguments, long size, params ReadOnlySpan<StepArgument> more)
    {
        var partial = arguments.Splits > 1 ? step.Scratch(arguments.Splits * size * sizeof(float)) : StepArgument.Null;
        step.Launch(launch, [StepArgument.Structure(arguments,
            (nameof(ConvArguments.Source), step.Input(0)), (nameof(ConvArguments.Weight), step.Input(1)), (nameof(ConvArguments.Result), step.Output()), (nameof(ConvArguments.Partial), partial)), .. more]);
        if (arguments.Splits > 1) step.Launch(ConvKernels.Join(type, size), partial, step.Output(), size, arguments.Splits);
    }

    /// <summary>Few results of one channel a group: bound by memory.</summary>
    private static bool IsDepthwise(ConvProblem problem) => problem is { Channels: 1, Rows: <= 8 };

    /// <summary>False where a window spans more than shared memory holds.</summary>
    private static bool Depthwise(StepBuilder step, string type, ConvArguments arguments, int groups, StepArgument weight)
    {
        if (DepthwiseKernels.Tile(arguments, groups, type) is not { } tile) return false;
        step.Launch(DepthwiseKernels.Product(type, arguments, tile), WithOperands(step, arguments, weight), KernelArgument.Of(tile));
        return true;
    }

    private static bool DepthwiseWeight(StepBuilder step, string type, ConvProblem problem)
    {
        var arguments = ConvKernels.WeightGradient(problem, 1);
        if (DepthwiseKernels.Tile(arguments, problem.Groups, type) is not { } tile) return false;
        arguments.Splits = DepthwiseKernels.Splits(arguments, tile, step.Backend.Driver.Properties.MultiprocessorCount);
        InParts(step, DepthwiseKernels.WeightProduct(type, arguments, tile), type, arguments, problem.Elements.Weight, KernelArgument.Of(tile));
        return true;
    }

    /// <summary>False where the direct kernels are to be taken: for few channels, whose transforms cost more than they spare.</summary>
    private static bool Winograd(StepBuilder step, string type, ConvProblem problem, bool backward)
    {
        if (!step.Backend.Options.AllowWinograd || type != "f32" || !WinogradKernels.Knows(problem) || Math.Min(problem.Rows, problem.Channels) < 128 || Math.Max(problem.Rows, problem.Channels) > 65535) return false;
        var (arguments, tiles) = WinogradKernels.Plan(problem, backward);
        long Bytes(long count) => WinogradKernels.Matrices * count * sizeof(float);
        var transformed = Bytes(((long)problem.Rows + problem.Channels) * tiles.Count);
        if (transformed > Math.Min(step.Backend.Driver.Properties.TotalMemory / 16, 16L * int.MaxValue)) return false;
        var (u, v, products) = (step.Scratch(Bytes((long)problem.Rows * problem.Channels)), step.Scratch(Bytes((long)arguments.Channels * tiles.Count)), step.Scratch(Bytes((long)arguments.Rows * tiles.Count)));
        step.Launch(WinogradKernels.Weights(arguments), step.Input(1), u, arguments.Rows, arguments.Channels, backward ? 1 : 0);
        step.Launch(WinogradKernels.Source(arguments, tiles), WithOperands(step, arguments, step.Input(1)), KernelArgument.Of(tiles), v);
        var gemm = WinogradKernels.Products(arguments, tiles);
        step.Launch(GemmKernels.Product("gemm_simt", GemmKernels.SimtSpec("f32", large: true), gemm.M, gemm.N, WinogradKernels.Matrices, 1),
            StepArgument.Structure(gemm, (nameof(GemmArguments.A), u), (nameof(GemmArguments.B), v), (nameof(GemmArguments.C), products)));
        step.Launch(WinogradKernels.Result(arguments, tiles), WithOperands(step, arguments, step.Input(1)), KernelArgument.Of(tiles), products);
        return true;
    }

    private static bool IsExact(StepBuilder step, string type) => type == "f32" && !step.Backend.Options.AllowTf32;

    /// <summary>The specialisation for a product whose result has so many channels a group.</summary>
    private static KernelSpec Choose(StepBuilder step, ConvProblem problem, string type, int rows, bool isSourceAligned)
    {
        if (IsExact(step, type)) return ConvKernels.SimtSpec(rows);
        // Mode 0 differs from 1 in the gradient by the weights only.
        var mode = isSourceAligned && ConvKernels.Mode(problem, type) == ConvMode.Pointwise ? ConvMode.Pointwise : ConvMode.AlignedPlanes;
        return ConvKernels.MmaSpec(type, mode, TileRows(rows, mode));
    }

    /// <summary>Few channels have a tile of their own in the most common mode.</summary>
    private static int TileRows(int rows, ConvMode mode) => rows <= 64 && mode == ConvMode.AlignedPlanes ? 64 : 128;

    private static StepArgument Packed(StepBuilder step, ConvPackArguments pack, string type)
    {
        var packed = step.Scratch((long)pack.Groups * pack.Rows * pack.Leading * KernelTypes.SizeOf(type));
        step.Launch(ConvKernels.Pack(type, pack), StepArgument.Structure(pack, (nameof(ConvPackArguments.Weight), step.Input(1)), (nameof(ConvPackArguments.Packed), packed)));
        return packed;
    }

    private static void Product(StepBuilder step, KernelSpec spec, ConvArguments arguments, int groups, StepArgument weight) =>
        step.Launch(ConvKernels.Product(spec, arguments, groups), WithOperands(step, arguments, weight));

    private static StepArgument WithOperands(StepBuilder step, ConvArguments arguments, StepArgument weight)
    {
        var epilogue = KernelEpilogue.Of(step);
        (arguments.Activation, arguments.ResidualFirst, arguments.Beta) = (epilogue.Activation, epilogue.ResidualFirst ? 1 : 0, 1);
        return StepArgument.Structure(arguments,
            (nameof(ConvArguments.Source), step.Input(0)), (nameof(ConvArguments.Weight), weight), (nameof(ConvArguments.Result), step.Output()),
            (nameof(ConvArguments.Bias), epilogue.Bias), (nameof(ConvArguments.Residual), epilogue.Residual));
    }

    /// <summary>Whether an operand begins at a multiple of 16 bytes; memory itself does.</summary>
    private static bool IsAligned(Operand operand) => operand.Layout.Offset * operand.DType.Size() % 16 == 0;
}
