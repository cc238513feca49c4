namespace CudaNet;

/// <summary>Vector-Jacobian products, for outputs that are not scalars.</summary>
public static class Vjp
{
    /// <summary>Σ upstream · ∂y/∂x for each x.</summary>
    /// <param name="y">The output.</param>
    /// <param name="upstream">Gradient with respect to y, of its shape.</param>
    /// <param name="xs">What to differentiate with respect to.</param>
    /// <exception cref="ShapeException">upstream has not y's shape.</exception>
    public static Tensor[] Of(Tensor y, Tensor upstream, params ReadOnlySpan<Tensor> xs) => upstream.Shape == y.Shape
        ? Grad.Vjp(y, upstream.To(y.DType), xs)
        : throw new ShapeException($"Vjp.Of: the upstream gradient is {upstream.Shape}, y is {y.Shape}. They must be equal.");
}
