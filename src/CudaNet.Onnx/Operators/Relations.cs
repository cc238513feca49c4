namespace CudaNet.Onnx.Operators;

/// <summary>Comparisons and logic.</summary>
internal static class Relations
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["And"] = Truth((a, b) => a & b),
        ["Equal"] = Truth((a, b) => a.Eq(b)),
        ["Greater"] = Truth((a, b) => a > b),
        ["GreaterOrEqual"] = Truth((a, b) => a >= b),
        ["IsInf"] = IsInf,
        ["IsNaN"] = c => [Value.Of(c.Input(0).IsNan())],
        ["Less"] = Truth((a, b) => a < b),
        ["LessOrEqual"] = Truth((a, b) => a <= b),
        ["Not"] = c => [Value.Of(!c.Input(0))],
        ["Or"] = Truth((a, b) => a | b),
        ["Where"] = c => [c.Like(c.Input(0).Where(c.Input(1), c.Input(2)), 1)],
        ["Xor"] = Truth((a, b) => a ^ b),
    };

    private static Operator Truth(Func<Tensor, Tensor, Tensor> function) => c => [Value.Of(function(c.Input(0), Elementwise.Second(c)))];

    private static IReadOnlyList<Value> IsInf(NodeContext c)
    {
        var x = c.Input(0);
        var result = (c.Flag("detect_positive", true), c.Flag("detect_negative", true)) switch
        {
            (true, true) => x.IsInf(),
            (true, false) => x.Eq(double.PositiveInfinity),
            (false, true) => x.Eq(double.NegativeInfinity),
            _ => Tensor.Zeros(x.Shape, DType.Bool, c.Device),
        };
        return [Value.Of(result)];
    }
}
