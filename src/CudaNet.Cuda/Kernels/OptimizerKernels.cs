using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>optimizer.cu</c>.</summary>
public static class OptimizerKernels
{
    /// <summary>Elements of a chunk, which is a block's work.</summary>
    public const int ChunkSize = 8192;

    /// <summary>The rules.</summary>
    public static IReadOnlyList<string> Rules { get; } = ["Sgd", "Adam", "Lion", "RmsProp", "Adagrad", "Adadelta"];

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("optimizer", "Optimiser steps, gradient norms and averages over many tensors at once.",
        [.. from type in KernelTypes.Floats from rule in Rules select Spec(type, rule)],
        Samples());

    /// <summary>The specialisation for a type of gradients and a rule; norms and averages do not care for the rule.</summary>
    public static KernelSpec Spec(string type, string rule = "Sgd") => KernelSpec.Of("optimizer", $"G={type}", $"RULE={rule}");

    /// <summary>The list of chunks for tensors of such sizes, two numbers each: the tensor's and the chunk's within it.</summary>
    public static int[] Chunks(IEnumerable<long> sizes) =>
        [.. sizes.SelectMany((size, tensor) => Enumerable.Range(0, (int)((size + ChunkSize - 1) / ChunkSize)).SelectMany(chunk => new[] { tensor, chunk }))];

    /// <summary><c>optimizer_step</c>, <c>gradient_norm</c> or <c>average_step</c> over so many chunks.</summary>
    public static KernelLaunch Over(string entry, string type, string rule, int chunks) => new(Spec(type, rule), entry, chunks, 256);

    /// <summary><c>gradient_join</c>.</summary>
    public static KernelLaunch Join(string type) => new(Spec(type), "gradient_join", 1, 256);

    private static KernelSample[] Samples()
    {
        const int N = 2 * ChunkSize;
        SampleBuffer x = new("f32", N), positive = x with { Fill = SampleFill.Indices, Bound = 2 }, one = new("f32", 2, SampleFill.Indices, 2), partial = new("f32", 2 * 2), control = new("f32", 3, SampleFill.Unwritten);
        return
        [
            // Weights and moments are written over in place, so that none of them is an output of its own; rate and step are 1.
            new(Over("optimizer_step", "f32", "Adam", 2), [x, x, x, positive, one], p =>
            [
                KernelArgument.Of(new OptimizerArguments
                {
                    Only = new() { Weights = p[0], Gradient = p[1], Slot0 = p[2], Slot1 = p[3], Size = N },
                    Rate = p[4] + 4,
                    Step = p[4] + 4,
                    Beta1 = 0.9f,
                    Beta2 = 0.999f,
                    LogBeta1 = MathF.Log(0.9f),
                    LogBeta2 = MathF.Log(0.999f),
                    Epsilon = 1e-8f,
                }),
            ]),
            new(Over("gradient_norm", "f32", "Sgd", 2), [x, partial with { Fill = SampleFill.Unwritten }], p => [KernelArgument.Of(new OptimizerArguments { Only = new() { Gradient = p[0], Size = N } }), p[1], 1f]) { MinimalBytes = x.Bytes },
            new(Join("f32"), [partial, control], p => [p[0], p[1], CudaDevicePointer.Null, 2, 1f, 1f]) { MinimalBytes = partial.Bytes + control.Bytes },
            new(Over("average_step", "f32", "Sgd", 2), [x, x, one], p => [KernelArgument.Of(new OptimizerArguments { Only = new() { Weights = p[0], Slot0 = p[1], Size = N } }), p[2], 0.999f]),
        ];
    }
}
