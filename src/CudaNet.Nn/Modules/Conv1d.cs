namespace CudaNet.Nn;

/// <summary>A convolution over sequences: [batch, in, length] to [batch, out, length'].</summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the result.</param>
/// <param name="kernelSize">Length of the kernel.</param>
/// <param name="stride">Step between places; 1 if null.</param>
/// <param name="padding">Border around the input: numbers, "same" or "valid"; none if null.</param>
/// <param name="dilation">Distance between the kernel's elements; 1 if null.</param>
/// <param name="groups">Groups of channels that do not mix.</param>
/// <param name="bias">False for none.</param>
/// <param name="random">Where the weights come from; the default stream if null.</param>
/// <param name="type">Element type of the weights.</param>
/// <param name="paddingMode">What the border holds.</param>
/// <exception cref="ShapeException">Sizes are not positive, or groups do not divide the channels.</exception>
public sealed class Conv1d(long inChannels, long outChannels, Spatial kernelSize, Spatial? stride = null, Padding? padding = null, Spatial? dilation = null, int groups = 1,
    bool bias = true, RandomStream? random = null, DType type = DType.Float32, PadMode paddingMode = PadMode.Constant)
    : ConvNd(1, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, bias, random, type, paddingMode);
