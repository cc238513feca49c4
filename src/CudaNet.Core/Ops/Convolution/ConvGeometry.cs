namespace CudaNet.Ops;

/// <summary>How a window moves over the spatial axes of [batch, channels, spatial…]: what the three convolution ops share.</summary>
/// <param name="Stride">Step an axis.</param>
/// <param name="Low">Zeros before the first element, an axis.</param>
/// <param name="High">Zeros behind the last element, an axis.</param>
/// <param name="Dilation">Distance between the elements of the window, an axis.</param>
/// <param name="Groups">Input and output channels are cut into so many groups that do not see each other.</param>
public sealed record ConvGeometry(Shape Stride, Shape Low, Shape High, Shape Dilation, int Groups)
{
    /// <summary>Number of spatial axes.</summary>
    public int Spatial => Stride.Rank;

    /// <summary>Number of positions of a window of <paramref name="kernel"/> elements along a spatial axis; 0 where it does not fit.</summary>
    public long OutputSize(int axis, long size, long kernel)
    {
        var room = size + Low[axis] + High[axis] - (Dilation[axis] * (kernel - 1) + 1);
        return room < 0 ? 0 : room / Stride[axis] + 1;
    }

    /// <summary>Sizes of the result's spatial axes.</summary>
    /// <exception cref="ShapeException">The window is larger than the padded input.</exception>
    public Shape Output(Shape input, Shape kernel, string operation)
    {
        var sizes = new long[Spatial];
        for (var k = 0; k < sizes.Length; k++)
        {
            sizes[k] = OutputSize(k, input[k], kernel[k]);
            if (sizes[k] == 0)
                throw new ShapeException($"{operation}: along spatial axis {k} the window spans {Dilation[k] * (kernel[k] - 1) + 1} elements, but the input has {input[k]} and padding {Low[k]} + {High[k]}. "
                    + "Use more padding, a smaller window, or a larger input.");
        }
        return sizes;
    }
}
