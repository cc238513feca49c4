namespace CudaNet.Nn;

/// <summary>Checks of sizes that modules are built with.</summary>
internal static class Sizes
{
    public static long Positive(long size, string module, string name) => size > 0 ? size
        : throw new ShapeException($"{module}: {name} is {size}. It must be 1 or more.");
}
