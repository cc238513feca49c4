namespace CudaNet.Cpu.Reference;

/// <summary>A row-major array of float64: what the reference computes with. Integers are exact up to 2⁵³.</summary>
public sealed record ReferenceArray(Shape Shape, double[] Values)
{
    /// <summary>An array of zeros.</summary>
    public ReferenceArray(Shape shape) : this(shape, new double[shape.ElementCount]) { }
}
