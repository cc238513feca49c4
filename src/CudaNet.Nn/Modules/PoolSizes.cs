namespace CudaNet.Nn;

/// <summary>Checks and names that the pooling layers share.</summary>
internal static class PoolSizes
{
    public static void Check(string name, int spatial, Spatial kernelSize, Spatial stride, Spatial padding)
    {
        _ = kernelSize.Expand(spatial, nameof(kernelSize), name);
        _ = stride.Expand(spatial, nameof(stride), name);
        _ = padding.Expand(spatial, nameof(padding), name, least: 0);
    }

    /// <summary>As in "MaxPool2d(2×2)".</summary>
    public static string Text(Layer layer, int spatial, Spatial size) => $"{layer.GetType().Name}({Sizes.Product(size.Expand(spatial, "size", ""))})";
}
