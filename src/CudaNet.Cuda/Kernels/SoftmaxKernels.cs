using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>softmax.cu</c>.</summary>
public static class SoftmaxKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("softmax", "Softmax and log-softmax over the last axis, forward and backward.",
        [.. from type in KernelTypes.Floats from log in new[] { false, true } select Spec(type, log)],
        [
            Sample("softmax_forward", backward: false),
            Sample("softmax_backward", backward: true),
        ]);

    /// <summary>The specialisation for a type; the logarithm has its own.</summary>
    public static KernelSpec Spec(string type, bool log = false) => KernelSpec.Of("softmax", $"T={type}", $"LOG={(log ? 1 : 0)}");

    /// <summary>One block a row.</summary>
    public static KernelLaunch Rows(string entry, string type, bool log, int rows, int n) => new(Spec(type, log), entry, rows, RowThreads(n));

    /// <summary>Whole warps with four elements a thread up to 256 threads, then with 16, which is what a thread keeps of a row.</summary>
    public static int RowThreads(int n) => n <= 4096 ? Math.Clamp((n / 4 + 31) / 32 * 32, 32, 256) : Math.Min((n / 16 + 31) / 32 * 32, 1024);

    private static KernelSample Sample(string entry, bool backward)
    {
        const int Rows = 16, N = 1024;
        SampleBuffer[] buffers = [new("f32", Rows * N), .. backward ? new[] { new SampleBuffer("f32", Rows * N) } : [], new("f32", Rows * N, SampleFill.Unwritten)];
        return new(SoftmaxKernels.Rows(entry, "f32", false, Rows, N), buffers, p => [.. p.Select(pointer => (KernelArgument)pointer), N])
        {
            MinimalBytes = buffers.Sum(buffer => buffer.Bytes),
        };
    }
}
