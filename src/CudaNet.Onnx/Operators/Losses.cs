namespace CudaNet.Onnx.Operators;

/// <summary>Losses of classification.</summary>
internal static class Losses
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["NegativeLogLikelihoodLoss"] = c => [c.Like(Loss(c, c.Input(0)))],
        ["SoftmaxCrossEntropyLoss"] = c =>
        {
            var logs = c.Input(0).LogSoftmax(1);
            return [c.Like(Loss(c, logs)), c.Like(logs)];
        },
    };

    /// <param name="c">The node with target and weights.</param>
    /// <param name="logs">Log-probabilities [batch, classes, positions…].</param>
    private static Tensor Loss(NodeContext c, Tensor logs)
    {
        var target = c.Input(1).To(DType.Int64);
        long classes = logs.Shape[1];
        var counts = Tensor.Ones(target.Shape, logs.DType, c.Device);
        if (c.Has("ignore_index"))
        {
            var ignored = target.Eq(c.Int("ignore_index"));
            target = ignored.Where(0, target);
            counts = ignored.Where(0, counts);
        }
        if (c.Optional(2) is { } weights)
            counts *= weights.Take(target.Reshape([-1]), 0).Reshape(target.Shape);
        if (classes == 0)
            throw c.Fail("there are no classes");
        var losses = -logs.Gather(target.Unsqueeze(1), 1).Squeeze(1) * counts;
        return c.Text("reduction", "mean") switch
        {
            "none" => losses,
            "sum" => losses.Sum(),
            "mean" => losses.Sum() / counts.Sum(),
            var reduction => throw c.Fail($"the reduction \"{reduction}\" is unknown"),
        };
    }
}
