namespace CudaNet;

/// <summary>All partial derivatives of a tensor by a tensor.</summary>
public static class Jacobian
{
    /// <summary>[m, n] for y of m and x of n elements: one batched vector-Jacobian product with the identity.</summary>
    public static Tensor Of(Tensor y, Tensor x)
    {
        var (m, n) = (y.ElementCount, x.ElementCount);
        var identity = Tensor.Eye(m, y.DType, y.Device).Reshape(y.Shape.Insert(0, m));
        return Vmap.Of(u => Grad.Vjp(y, u, [x])[0])(identity).Reshape([m, n]);
    }
}
