namespace CudaNet.Nn.Data;

/// <summary>Draws a move of an image.</summary>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="random">The sample's own generator: the same in every run with the same seed.</param>
public delegate AffineMap RandomMap(int height, int width, ref SampleRandom random);
