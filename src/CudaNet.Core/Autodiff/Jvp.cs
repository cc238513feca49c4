namespace CudaNet;

/// <summary>Jacobian-vector products: the derivative of y along a direction of x (forward mode).</summary>
public static class Jvp
{
    /// <summary>∂y/∂x · tangent, of y's shape.</summary>
    /// <exception cref="ShapeException">The tangent has not x's shape.</exception>
    /// <remarks>Vᵀ↦Jᵀu is linear in u, so differentiating it with respect to u gives J; what was only needed for u falls
    /// away as dead code. No op needs a forward rule of its own (Townsend 2017).</remarks>
    public static Tensor Of(Tensor y, Tensor x, Tensor tangent)
    {
        if (tangent.Shape != x.Shape) throw new ShapeException($"Jvp.Of: the tangent is {tangent.Shape}, x is {x.Shape}. They must be equal.");
        var u = y.ZerosLike();
        var pullback = Grad.Vjp(y, u, [x])[0];
        return Grad.Vjp(pullback, tangent.To(x.DType), [u])[0];
    }
}
