namespace CudaNet;

/// <summary>Second derivatives of a scalar.</summary>
public static class Hessian
{
    /// <summary>H·v, without forming H: the gradient of (∇y · v) (Pearlmutter 1994).</summary>
    /// <param name="y">A scalar.</param>
    /// <param name="x">Where.</param>
    /// <param name="v">Direction, of x's shape.</param>
    public static Tensor VectorProduct(Tensor y, Tensor x, Tensor v) => v.Shape == x.Shape
        ? Grad.Vjp(Grad.Of(y, x), v.To(x.DType), [x])[0]
        : throw new ShapeException($"Hessian.VectorProduct: v is {v.Shape}, x is {x.Shape}. They must be equal.");

    /// <summary>The whole matrix, [n, n] for x of n elements.</summary>
    public static Tensor Of(Tensor y, Tensor x) => Jacobian.Of(Grad.Of(y, x), x);
}
