using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>batchnorm.cu</c> for [images, channels, size].</summary>
public static class BatchNormKernels
{
    // Below, a block that reads rows of one channel leaves lanes idle and reads parts of sectors.
    private const int SmallestRow = 32;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("batchnorm", "BatchNorm in training and inference, forward and backward; dγ and dβ of GroupNorm and InstanceNorm.",
        [.. from type in KernelTypes.Floats from columns in new[] { false, true } select Spec(type, columns)],
        Samples());

    /// <summary>The specialisation for a type; small images are read across channels.</summary>
    public static KernelSpec Spec(string type, bool columns) => KernelSpec.Of("batchnorm", $"T={type}", $"COLUMNS={(columns ? 1 : 0)}");

    /// <summary>Whether images of this size are read across channels.</summary>
    public static bool ByColumns(long size) => size < SmallestRow;

    /// <summary>Into how many parts the images are divided, so that a device of many processors is busy and each part is worth a block.</summary>
    /// <param name="images">Images.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="size">Elements of an image in a channel.</param>
    /// <param name="processors">Multiprocessors of the device.</param>
    public static int Parts(int images, int channels, int size, int processors)
    {
        long blocks = ByColumns(size) ? ((long)channels * size + 31) / 32 : channels;
        long worth = ByColumns(size) ? images / 32 : (long)images * size / 4096;
        return (int)Math.Max(1, Math.Min(Math.Min(worth, images), (4L * processors + blocks - 1) / blocks));
    }

    /// <summary>A kernel that works on elements: every one but the joins.</summary>
    public static KernelLaunch Elements(string entry, string type, int channels, int size, int parts) => ByColumns(size)
        ? new(Spec(type, true), entry, new Dim3((channels * size + 31) / 32, parts), new Dim3(32, 8))
        : new(Spec(type, false), entry, new Dim3(channels, parts), 256);

    /// <summary><c>batchnorm_join_statistics</c> or <c>batchnorm_join_sums</c>.</summary>
    public static KernelLaunch Join(string entry, string type, int channels, int size) => new(Spec(type, ByColumns(size)), entry, (channels + 7) / 8, 256);

    /// <summary>Elements of f32 that the parts need: two values for each channel, or column, of each part.</summary>
    public static long PartialSize(int channels, int size, int parts) => 2L * parts * channels * (ByColumns(size) ? size : 1);

    private static KernelSample[] Samples()
    {
        const int Images = 8, Channels = 4, Size = 256, Parts = 2;
        const float Epsilon = 1e-5f, Momentum = 0.1f;
        SampleBuffer x = new("f32", Images * Channels * Size), channel = new("f32", Channels), partial = new("f32", PartialSize(Channels, Size, Parts)), sums = new("f32", 2 * Channels);
        static SampleBuffer Out(SampleBuffer buffer) => buffer with { Fill = SampleFill.Unwritten };
        static KernelLaunch Launch(string entry) => Elements(entry, "f32", Channels, Size, Parts);
        return
        [
            new(Launch("batchnorm_statistics"), [x, Out(partial)], p => [p[0], p[1], Images, Channels, Size]) { MinimalBytes = x.Bytes },
            new(Join("batchnorm_join_statistics", "f32", Channels, Size), [partial, Out(channel), Out(channel), Out(channel), channel, channel],
                p => [p[0], p[1], p[2], p[3], p[4], p[5], Parts, Images, Channels, Size, Epsilon, Momentum]),
            new(Launch("batchnorm_forward"), [x, channel, channel, channel, channel, Out(x)], p => [p[0], p[1], p[2], p[3], p[4], p[5], Images, Channels, Size]) { MinimalBytes = 2 * x.Bytes },
            new(Launch("batchnorm_inference"), [x, channel, channel, channel, channel with { Fill = SampleFill.Indices, Bound = 2 }, Out(x)],
                p => [p[0], p[1], p[2], p[3], p[4], p[5], Images, Channels, Size, Epsilon]) { MinimalBytes = 2 * x.Bytes },
            new(Launch("batchnorm_sums"), [x, x, channel, channel, Out(partial)], p => [p[0], p[1], p[2], p[3], p[4], Images, Channels, Size, 0, 1]) { MinimalBytes = 2 * x.Bytes },
            new(Join("batchnorm_join_sums", "f32", Channels, Size), [partial, Out(sums), Out(channel), Out(channel)], p => [p[0], p[1], p[2], p[3], Parts, Images, Channels, Size]),
            new(Launch("batchnorm_backward"), [x, x, channel, channel, channel, sums, Out(x)], p => [p[0], p[1], p[2], p[3], p[4], p[5], p[6], Images, Channels, Size]) { MinimalBytes = 3 * x.Bytes },
        ];
    }
}
