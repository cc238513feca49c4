using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>norm.cu</c>.</summary>
public static class NormKernels
{
    private const float Epsilon = 1e-5f;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("norm", "LayerNorm, RMSNorm, GroupNorm and InstanceNorm, forward and backward.",
        [.. from type in KernelTypes.Floats from rms in new[] { false, true } select Spec(type, rms)],
        Samples());

    /// <summary>The specialisation for a type; RMSNorm has its own.</summary>
    public static KernelSpec Spec(string type, bool rms = false) => KernelSpec.Of("norm", $"T={type}", $"RMS={(rms ? 1 : 0)}");

    /// <summary><c>norm_forward</c> or <c>norm_backward</c>: one block a row.</summary>
    public static KernelLaunch Rows(string entry, string type, bool rms, int rows, int n) => new(Spec(type, rms), entry, rows, SoftmaxKernels.RowThreads(n));

    /// <summary><c>norm_backward_weights</c>: sums of columns over so many parts of the rows.</summary>
    public static KernelLaunch Weights(string type, bool rms, int n, int parts) => new(Spec(type, rms), "norm_backward_weights", new Dim3((n + 31) / 32, parts), new Dim3(32, 8));

    /// <summary><c>norm_join</c>: adds the parts in order.</summary>
    public static KernelLaunch Join(string type, bool rms, int n) => new(Spec(type, rms), "norm_join", (n + 255) / 256, 256);

    /// <summary>Parts of the rows for <see cref="Weights"/>, so that a device of many processors is busy and each part is worth a block.</summary>
    public static int Parts(int rows, int n, int processors) => (int)Math.Clamp(4L * processors / Math.Max(1, (n + 31) / 32), 1, Math.Max(1, rows / 64));

    private static KernelSample[] Samples()
    {
        const int R = 16, N = 1024, Parts = 2;
        SampleBuffer x = new("f32", R * N), weight = new("f32", N), row = new("f32", R);
        static SampleBuffer Out(SampleBuffer buffer) => buffer with { Fill = SampleFill.Unwritten };
        return
        [
            new(Rows("norm_forward", "f32", false, R, N), [x, weight, weight, Out(x), Out(row), Out(row)], p => [p[0], p[1], p[2], p[3], p[4], p[5], N, 1, 1, Epsilon]) { MinimalBytes = 2 * x.Bytes },
            new(Rows("norm_backward", "f32", false, R, N), [x, x, weight, row, row, Out(x)], p => [p[0], p[1], p[2], p[3], p[4], p[5], N, 1, 1, Epsilon]) { MinimalBytes = 3 * x.Bytes },
            new(Weights("f32", false, N, Parts), [x, x, row, row, Out(new("f32", Parts * 2 * N))], p => [p[0], p[1], p[2], p[3], p[4], R, N]) { MinimalBytes = 2 * x.Bytes },
            new(Join("f32", false, N), [new("f32", Parts * 2 * N), Out(weight), Out(weight)], p => [p[0], p[1], p[2], Parts, N]) { MinimalBytes = (Parts + 1) * 2 * weight.Bytes },
        ];
    }
}
