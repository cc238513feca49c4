namespace CudaNet.Nn;

/// <summary>A transposed convolution over volumes: [batch, in, depth, height, width] to [batch, out, depth', height', width'].</summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the result.</param>
/// <param name="kernelSize">Depth, rows and columns of the kernel.</param>
/// <param name="stride">Step between the kernel's places in the result; 1 if null.</param>
/// <param name="padding">What is cut off at the result's borders; 0 if null.</param>
/// <param name="outputPadding">What is added behind; 0 if null.</param>
/// <param name="groups">Groups of channels that do not mix.</param>
/// <param name="bias">False for none.</param>
/// <param name="dilation">Distance between the kernel's elements; 1 if null.</param>
/// <param name="random">Where the weights come from; the default stream if null.</param>
/// <param name="type">Element type of the weights.</param>
/// <exception cref="ShapeException">Sizes are not positive, groups do not divide the channels, or the output padding reaches the stride.</exception>
public sealed class ConvTranspose3d(long inChannels, long outChannels, Spatial kernelSize, Spatial? stride = null, Spatial? padding = null, Spatial? outputPadding = null, int groups = 1,
    bool bias = true, Spatial? dilation = null, RandomStream? random = null, DType type = DType.Float32)
    : ConvTransposeNd(3, inChannels, outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation, random, type);
