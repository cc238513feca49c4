using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Normalisations and their gradients in Float32 and the half types; others are decomposed.</summary>
/// <remarks>Rows are normalised by one kernel, and so is their gradient. Of a batch the moments are taken by two launches and shared by the
/// norm, its gradient and the running statistics; what is left is done with what else is done to each element, unless there is no
/// compiler to make a kernel of that.</remarks>
internal static class NormSteps
{
    /// <summary>Registers the ops.</summary>
    /// <param name="table">Where.</param>
    /// <param name="canCompile">Whether kernels can be generated.</param>
    public static void Register(CudaKernelTable table, bool canCompile)
    {
        table.Add<LayerNorm>(step => Rows(step, step.Op<LayerNorm>().Epsilon, LastAxes(step.Op<LayerNorm>().NormalizedAxes, Types(step))), claims: static (op, types) => IsRows(LastAxes(op.NormalizedAxes, types), types[0]));
        table.Add<RmsNorm>(step => Rows(step, step.Op<RmsNorm>().Epsilon, LastAxes(step.Op<RmsNorm>().NormalizedAxes, Types(step)), rms: true), claims: static (op, types) => IsRows(LastAxes(op.NormalizedAxes, types), types[0]));
        table.Add<Standardize>(Standardize, claims: (op, types) => types[1..].All(type => type.Shape == types[1].Shape) && Layout(op.Axes, types, 1) is var layout && (IsRows(layout, types[0]) || !canCompile && IsChannels(layout, types[0], types.Length > 1)));
        table.Add<Moments>(Moments, claims: static (op, types) => types[0].DType == DType.Float32 && Fits(types[0]) && Layout(op.Axes, types, types.Length) is not null);
        table.Add<NormGrad>(NormGrad, claims: (op, types) => Layout(op.Axes, types, 2) is var layout && (IsRows(layout, types[0]) || !canCompile && op.Centred && IsChannels(layout, types[0], types.Length > 2)));
        table.Add<NormWeightGrad>(NormWeightGrad, claims: static (op, types) => NormLayout.Of(types[0].Shape, op.Axes, op.Weights) is var layout && (IsRows(layout, types[0]) || op.Centred && IsChannels(layout, types[0], hasWeights: true)));
    }

    private static bool Fits(TensorType type) => KernelTypes.IsFloat(type.DType) && type.Shape.ElementCount <= int.MaxValue - 256;

    private static bool IsRows(NormLayout? layout, TensorType type) => layout is { Outer: 1 } && Fits(type);

    /// <summary>True for what is normalised over a batch, with a weight for each channel, if any.</summary>
    private static bool IsChannels(NormLayout? layout, TensorType type, bool hasWeights) => layout is { Outer: > 1, Runs: 1, PerElement: false } && Fits(type) && (!hasWeights || layout.Period == layout.Groups);

    private static TensorType[] Types(StepBuilder step) => [.. step.Step.Inputs.Select(input => input.Type)];

    /// <param name="axes">What is normalised over.</param>
    /// <param name="types">Of the inputs.</param>
    /// <param name="weights">The input that is γ, if there is one.</param>
    private static NormLayout? Layout(Axes axes, TensorType[] types, int weights) => NormLayout.Of(types[0].Shape, axes, types.Length > weights ? types[weights].Shape : default(Shape?));

    /// <summary>Over the last axes, with weights of just these.</summary>
    private static NormLayout? LastAxes(int count, TensorType[] types)
    {
        var x = types[0].Shape;
        return NormLayout.Of(x, [.. Enumerable.Range(x.Rank - count, count)], types.Length > 1 ? new Shape([.. Enumerable.Repeat(1L, x.Rank - count), .. types[1].Shape]) : default(Shape?));
    }

    /// <summary>An input of the step, or null where it has not so many.</summary>
    private static StepArgument Optional(StepBuilder step, int input) => step.Step.Inputs.Count > input ? step.Input(input) : StepArgument.Null;

    /// <summary>What the kernels of rows are told of weights: rows until they begin again, and elements with one.</summary>
    private static (int Groups, int Inner) WeightsOf(NormLayout layout) => ((int)layout.Period, layout.PerElement ? 1 : (int)layout.Run);

    private static void Rows(StepBuilder step, double epsilon, NormLayout? layout, bool rms = false)
    {
        var (groups, inner) = WeightsOf(layout!);
        step.Launch(NormKernels.Rows("norm_forward", KernelTypes.Name(step.InputOf(0).DType), rms, (int)layout!.Groups, (int)layout.Row),
            step.Input(0), Optional(step, 1), Optional(step, 2), step.Output(), StepArgument.Null, StepArgument.Null, (int)layout.Row, groups, inner, (float)epsilon);
    }

    private static void Standardize(StepBuilder step)
    {
        var op = step.Op<Standardize>();
        var layout = Layout(op.Axes, Types(step), 1)!;
        if (layout.Outer == 1)
        {
            Rows(step, op.Epsilon, layout);
            return;
        }
        var batch = new Batch(step, layout);
        var (mean, rstd) = batch.Statistics(op.Epsilon);
        batch.Elements("batchnorm_forward", step.Input(0), Optional(step, 1), Optional(step, 2), mean, rstd, step.Output());
    }

    private static void Moments(StepBuilder step)
    {
        var batch = new Batch(step, Layout(step.Op<Moments>().Axes, Types(step), 1)!);
        batch.Moments(step.Output(), StepArgument.Null, step.Output(0, batch.Channels * sizeof(float)), 0);
    }

    private static void NormGrad(StepBuilder step)
    {
        var op = step.Op<NormGrad>();
        var layout = Layout(op.Axes, Types(step), 2)!;
        if (layout.Outer == 1)
        {
            var (groups, inner) = WeightsOf(layout);
            step.Launch(NormKernels.Rows("norm_backward", KernelTypes.Name(step.InputOf(0).DType), !op.Centred, (int)layout.Groups, (int)layout.Row),
                step.Input(0), step.Input(1), Optional(step, 2), StepArgument.Null, StepArgument.Null, step.Output(), (int)layout.Row, groups, inner, (float)op.Epsilon);
            return;
        }
        var batch = new Batch(step, layout);
        var (mean, rstd) = batch.Statistics(op.Epsilon);
        var sums = step.Scratch(2 * batch.Channels * sizeof(float));
        batch.Sums(mean, rstd, sums, StepArgument.Null, StepArgument.Null, perImage: 0, perStatistic: 1);
        batch.Elements("batchnorm_backward", step.Input(0), step.Input(1), Optional(step, 2), mean, rstd, sums, step.Output());
    }

    private static void NormWeightGrad(StepBuilder step)
    {
        var op = step.Op<NormWeightGrad>();
        var (layout, type) = (NormLayout.Of(step.InputOf(0).Shape, op.Axes, op.Weights)!, KernelTypes.Name(step.InputOf(0).DType));
        var gamma = step.Output();
        var beta = op.Centred ? step.Output(0, layout.Weights * step.OutputOf().DType.Size()) : StepArgument.Null;
        if (layout.Outer > 1)
        {
            var channels = new Batch(step, layout);
            var (m, r) = channels.Statistics(op.Epsilon);
            channels.Sums(m, r, StepArgument.Null, gamma, beta, perImage: 0, perStatistic: 1);
            return;
        }
        var (rows, n) = ((int)layout.Groups, (int)layout.Row);
        StepArgument mean = step.Scratch(rows * sizeof(float)), rstd = step.Scratch(rows * sizeof(float));
        step.Launch(NormKernels.Rows("norm_forward", type, !op.Centred, rows, n), step.Input(0), StepArgument.Null, StepArgument.Null, StepArgument.Null, mean, rstd, n, 1, 1, (float)op.Epsilon);
        if (layout is { PerElement: true, Period: 1 })
        {
            var parts = NormKernels.Parts(rows, n, step.Backend.Driver.Properties.MultiprocessorCount);
            var partial = step.Scratch(2L * parts * n * sizeof(float));
            step.Launch(NormKernels.Weights(type, !op.Centred, n, parts), step.Input(0), step.Input(1), mean, rstd, partial, rows, n);
            step.Launch(NormKernels.Join(type, !op.Centred, n), partial, gamma, beta, parts, n);
            return;
        }
        // Rows that share weights are the images of a batch, elements with one weight those of a channel.
        var (period, perRow, size) = ((int)layout.Period, layout.PerElement ? n : (int)layout.Runs, layout.PerElement ? 1 : (int)layout.Run);
        new Batch(step, rows / period, period * perRow, size).Sums(mean, rstd, StepArgument.Null, gamma, beta, perImage: period, perStatistic: perRow);
    }

    /// <summary>The launches of <c>batchnorm.cu</c> over [images, channels, size].</summary>
    private sealed class Batch
    {
        private readonly StepBuilder _step;
        private readonly string _type;
        private readonly int _images, _size, _parts;
        private readonly StepArgument _partial;

        public Batch(StepBuilder step, NormLayout layout) : this(step, (int)layout.Outer, (int)layout.Groups, (int)layout.Row) { }

        public Batch(StepBuilder step, int images, int channels, int size)
        {
            (_step, _type, _images, Channels, _size) = (step, KernelTypes.Name(step.InputOf(0).DType), images, channels, size);
            _parts = BatchNormKernels.Parts(images, channels, size, step.Backend.Driver.Properties.MultiprocessorCount);
            _partial = step.Scratch(BatchNormKernels.PartialSize(channels, size, _parts) * sizeof(float));
        }

        public int Channels { get; }

        /// <summary>Takes the moments of the step's first input.</summary>
        public void Moments(StepArgument mean, StepArgument rstd, StepArgument variance, double epsilon)
        {
            Elements("batchnorm_statistics", _step.Input(0), _partial);
            _step.Launch(BatchNormKernels.Join("batchnorm_join_statistics", _type, Channels, _size),
                _partial, mean, rstd, variance, StepArgument.Null, StepArgument.Null, _parts, _images, Channels, _size, (float)epsilon, 0f);
        }

        /// <summary>Mean and 1/√(σ² + ε) of each channel of the step's first input.</summary>
        public (StepArgument Mean, StepArgument Rstd) Statistics(double epsilon)
        {
            var (mean, rstd) = (_step.Scratch(Channels * sizeof(float)), _step.Scratch(Channels * sizeof(float)));
            Moments(mean, rstd, StepArgument.Null, epsilon);
            return (mean, rstd);
        }

        /// <summary>Σ g·x̂ and Σ g of each channel, of the step's inputs x and g; each of the three results may be null.</summary>
        public void Sums(StepArgument mean, StepArgument rstd, StepArgument sums, StepArgument gamma, StepArgument beta, int perImage, int perStatistic)
        {
            _step.Launch(BatchNormKernels.Elements("batchnorm_sums", _type, Channels, _size, _parts), _step.Input(0), _step.Input(1), mean, rstd, _partial, _images, Channels, _size, perImage, perStatistic);
            _step.Launch(BatchNormKernels.Join("batchnorm_join_sums", _type, Channels, _size), _partial, sums, gamma, beta, _parts, _images, Channels, _size);
        }

        /// <summary>Launches a kernel over all elements.</summary>
        public void Elements(string entry, params ReadOnlySpan<StepArgument> arguments) =>
            _step.Launch(BatchNormKernels.Elements(entry, _type, Channels, _size, _parts), [.. arguments, _images, Channels, _size]);
    }
}
