using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Launches of <c>affine_sample.cu</c>.</summary>
public static class AffineSampleKernels
{
    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("affine_sample", "Batches of images, shifted, turned, cropped and normalised in one pass.",
        [.. KernelTypes.Floats.Select(type => Spec(type, type)), Spec("u8", "f32")], Samples());

    /// <summary>The specialisation for a type of pixels and one of results.</summary>
    public static KernelSpec Spec(string pixels, string type) => KernelSpec.Of("affine_sample", $"T={type}", $"P={pixels}");

    /// <summary>A thread for each pixel of the results, of whatever channels.</summary>
    public static KernelLaunch Pixels(string pixels, string type, int count) => new(Spec(pixels, type), "affine_sample", (int)((count + 255L) / 256), 256);

    private static KernelSample[] Samples()
    {
        const int Batch = 4, Channels = 3, Side = 32, Count = Batch * Side * Side;
        SampleBuffer images = new("u8", Count * Channels), maps = new("f32", Batch * 6), weights = new("f32", Channels), result = new("f32", Count * Channels, SampleFill.Unwritten);
        return
        [
            new(Pixels("u8", "f32", Count), [images, maps, weights, weights, result], p => [p[0], p[1], p[2], p[3], p[4], Count, Channels, Side, Side, Side, Side, 0])
            { MinimalBytes = images.Bytes + maps.Bytes + 2 * weights.Bytes + result.Bytes },
        ];
    }
}
