namespace CudaNet.Nn.Data;

/// <summary>Changes an image in place.</summary>
/// <param name="pixels">[height, width], row-major.</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="random">The sample's own generator: the same in every run with the same seed.</param>
public delegate void ImageTransform(Span<float> pixels, int height, int width, ref SampleRandom random);
