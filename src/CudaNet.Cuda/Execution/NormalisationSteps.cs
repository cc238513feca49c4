using CudaNet.Cuda.Kernels;
using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cuda.Execution;

/// <summary>Softmax, cross entropy and normalisations in Float32 and the half types; others are decomposed.</summary>
internal static class NormalisationSteps
{
    public static void Register(CudaKernelTable table)
    {
        table.Add<Softmax>(step => Softmax(step, log: false), claims: static (op, types) => IsLastAxis(types[0], op.Axis));
        table.Add<LogSoftmax>(step => Softmax(step, log: true), claims: static (op, types) => IsLastAxis(types[0], op.Axis));
        table.Add<CrossEntropyLosses>(
            step => CrossEntropy(step, "cross_entropy_forward", step.Op<CrossEntropyLosses>().IgnoreIndex, step.Op<CrossEntropyLosses>().LabelSmoothing, upstream: 0),
            accepts: static (_, operand, layout) => operand == 1 || layout.IsContiguous,
            claims: static (_, types) => HasClasses(types));
        table.Add<CrossEntropyGrad>(
            step => CrossEntropy(step, "cross_entropy_backward", step.Op<CrossEntropyGrad>().IgnoreIndex, step.Op<CrossEntropyGrad>().LabelSmoothing, upstream: 1),
            accepts: static (_, operand, layout) => operand is 1 or 2 || layout.IsContiguous,
            claims: static (_, types) => HasClasses(types));
        table.Add<LayerNorm>(step => Norm(step, step.Op<LayerNorm>().NormalizedAxes, step.Op<LayerNorm>().Epsilon, rms: false), claims: static (_, types) => Fits(types[0]));
        table.Add<RmsNorm>(step => Norm(step, step.Op<RmsNorm>().NormalizedAxes, step.Op<RmsNorm>().Epsilon, rms: true), claims: static (_, types) => Fits(types[0]));
        table.Add<Standardize>(Standardize, claims: static (op, types) => types.Length == 1 && Fits(types[0]) && Runs(op.Axes, types[0].Shape) is not null);
    }

    private static bool Fits(TensorType type) => KernelTypes.IsFloat(type.DType) && type.Shape.ElementCount <= int.MaxValue - 256;

    private static bool IsLastAxis(TensorType type, int axis) => Fits(type) && axis == type.Shape.Rank - 1;

    private static bool HasClasses(TensorType[] types) => Fits(types[0]) && types[0].Shape[1] > 0;

    private static void Softmax(StepBuilder step, bool log)
    {
        var (rows, n) = Rows(step.InputOf(0).Shape, 1);
        step.Launch(SoftmaxKernels.Rows("softmax_forward", KernelTypes.Name(step.InputOf(0).DType), log, rows, n), step.Input(0), step.Output(), n);
    }

    /// <summary>Inputs: logits, targets, the upstream gradient where there is one, weights where there are some.</summary>
    private static void CrossEntropy(StepBuilder step, string entry, long? ignore, double smoothing, int upstream)
    {
        var (logits, targets) = (step.InputOf(0), step.InputOf(1));
        var (rows, n) = Rows(logits.Shape, 1);
        var weights = 2 + upstream;
        var (record, token) = step.IndexErrors((target, row) => CrossEntropyLosses.ClassOutOfRange(target, row, n));
        var arguments = new CrossEntropyArguments
        {
            Ignore = ignore ?? 0,
            Ignores = ignore is null ? 0 : 1,
            TargetStride = targets.Layout.Strides[0],
            TargetBytes = targets.DType.Size(),
            UpstreamStride = upstream > 0 ? step.InputOf(2).Layout.Strides[0] : 0,
            N = n,
            Smoothing = (float)smoothing,
        };
        step.Launch(CrossEntropyKernels.Rows(entry, KernelTypes.Name(logits.DType), rows, n), StepArgument.Structure(arguments,
            (nameof(CrossEntropyArguments.Logits), step.Input(0)), (nameof(CrossEntropyArguments.Targets), step.Input(1)),
            (nameof(CrossEntropyArguments.Weights), step.Step.Inputs.Count > weights ? step.Input(weights) : StepArgument.Null),
            (nameof(CrossEntropyArguments.Upstream), upstream > 0 ? step.Input(2) : StepArgument.Null),
            (nameof(CrossEntropyArguments.Result), step.Output()), (nameof(CrossEntropyArguments.Error), record), (nameof(CrossEntropyArguments.Token), token)));
    }

    private static void Norm(StepBuilder step, int axes, double epsilon, bool rms)
    {
        var (rows, n) = Rows(step.InputOf(0).Shape, axes);
        var inputs = step.Step.Inputs.Count;
        step.Launch(NormKernels.Rows("norm_forward", KernelTypes.Name(step.InputOf(0).DType), rms, rows, n),
            step.Input(0), inputs > 1 ? step.Input(1) : StepArgument.Null, inputs > 2 ? step.Input(2) : StepArgument.Null, step.Output(), StepArgument.Null, StepArgument.Null, n, 1, 1, (float)epsilon);
    }

    /// <summary>Of the last axes it is a norm of rows, of axes around others a norm of batches.</summary>
    private static void Standardize(StepBuilder step)
    {
        var op = step.Op<Standardize>();
        var x = step.InputOf(0);
        if (x.Shape.ElementCount == 0) return;
        var type = KernelTypes.Name(x.DType);
        var (images, channels, size) = Runs(op.Axes, x.Shape)!.Value;
        if (images == 1)
        {
            step.Launch(NormKernels.Rows("norm_forward", type, false, channels, size), step.Input(0), StepArgument.Null, StepArgument.Null, step.Output(), StepArgument.Null, StepArgument.Null, size, 1, 1, (float)op.Epsilon);
            return;
        }
        var parts = BatchNormKernels.Parts(images, channels, size, step.Backend.Driver.Properties.MultiprocessorCount);
        var partial = step.Scratch(BatchNormKernels.PartialSize(channels, size, parts) * sizeof(float));
        var (mean, rstd) = (step.Scratch(channels * sizeof(float)), step.Scratch(channels * sizeof(float)));
        step.Launch(BatchNormKernels.Elements("batchnorm_statistics", type, channels, size, parts), step.Input(0), partial, images, channels, size);
        step.Launch(BatchNormKernels.Join("batchnorm_join_statistics", type, channels, size),
            partial, mean, rstd, StepArgument.Null, StepArgument.Null, StepArgument.Null, parts, images, channels, size, (float)op.Epsilon, 0f);
        step.Launch(BatchNormKernels.Elements("batchnorm_forward", type, channels, size, parts), step.Input(0), StepArgument.Null, StepArgument.Null, mean, rstd, step.Output(), images, channels, size);
    }

    /// <summary>The elements before, in and behind the one run of axes that are kept; null where they are not one run.</summary>
    private static (int Before, int Kept, int Behind)? Runs(Axes axes, Shape shape)
    {
        var (sizes, run) = (new long[] { 1, 1, 1 }, 0);
        for (var k = 0; k < shape.Rank; k++)
        {
            if (shape[k] == 1) continue;
            var isKept = !axes.Span.Contains(k);
            if (isKept && run == 2) return null;
            if (isKept) run = 1;
            else if (run == 1) run = 2;
            sizes[run] *= shape[k];
        }
        // Without a kept axis all is one row.
        return run == 0 ? (1, 1, (int)sizes[0]) : ((int)sizes[0], (int)sizes[1], (int)sizes[2]);
    }

    private static (int Rows, int N) Rows(Shape shape, int axes)
    {
        var n = (int)shape.Slice(shape.Rank - axes, axes).ElementCount;
        return (n == 0 ? 0 : (int)(shape.ElementCount / n), n);
    }
}
