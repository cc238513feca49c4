namespace CudaNet.Onnx.Operators;

/// <summary>Products of matrices.</summary>
internal static class LinearAlgebra
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["Det"] = c => [c.Like(Linalg.Det(c.Input(0)))],
        ["Einsum"] = c => [c.Like(Tensor.Einsum(c.Text("equation", ""), c.Inputs()))],
        ["Gemm"] = Gemm,
        ["MatMul"] = c => [c.Like(Product(c.Input(0), c.Input(1)))],
    };

    /// <summary>Integers are multiplied in double precision, which has all 32-bit ones exactly.</summary>
    public static Tensor Product(Tensor a, Tensor b) => a.DType.IsFloating() ? a.MatMul(b) : a.To(DType.Float64).MatMul(b.To(DType.Float64)).To(a.DType);

    private static IReadOnlyList<Value> Gemm(NodeContext c)
    {
        var (a, b) = (c.Input(0), c.Input(1));
        var product = Product(c.Flag("transA") ? a.T : a, c.Flag("transB") ? b.T : b);
        double alpha = c.Float("alpha", 1), beta = c.Float("beta", 1);
        if (alpha != 1)
            product = product * alpha;
        if (c.Optional(2) is { } bias && beta != 0)
            product += beta == 1 ? bias : bias * beta;
        return [c.Like(product)];
    }
}
