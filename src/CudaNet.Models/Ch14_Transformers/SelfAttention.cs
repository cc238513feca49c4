using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.4.1. The notes say that a query scores highest with its own key, which nothing guarantees: queries and keys have weights of their own.</summary>
internal sealed class SelfAttention() : CourseSystem("14.self-attention", "Scaled dot-product attention", "softmax(QKᵀ/√d_k)·V mixes values by how well queries fit keys.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var random = context.Random();
        var x = random.Normal([1, 1, 24, 16]).Realize();
        context.Draw("self-attention.png", new Plotting.ImageSheet("Weights of 24 random rows, all and causal", [Pictures.Grey(Attention.Weights(x, x).Reshape(24, 24), "all"), Pictures.Grey(Attention.Weights(x, x, causal: true).Reshape(24, 24), "causal")], 2, 8));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor Row(int rows, params double[] values) => Tensor.From(values, [rows, values.Length / rows]);
        Tensor q = Row(3, 1, 0, 0, 1, 1, 1), k = Row(3, 1, 2, 0, 1, -1, .5), v = Row(3, 1, 0, 0, 2, 3, -1);
        yield return Figure.AtMost("minus the golden values", Differences.Largest(q.ScaledDotProductAttention(k, v), 0.99606308, 0.42796157, 1.10840325, 0.34791043, 0.94366756, 0.30291778), 1e-8);
        yield return Figure.AtMost("minus those of the notes' size", Differences.Largest(Row(2, 1, 0, 0, 1).ScaledDotProductAttention(Row(2, 1, 1, 0, 2), Row(2, 1, 2, 3, 4)), 1.6604769013, 2.6604769013, 2.3395230987, 3.3395230987), 1e-9);
        var random = context.Random();
        Tensor Draw(params long[] shape) => random.Normal(new Shape(shape)).Realize();
        double worst = 0;
        foreach (var length in new long[] { 1, 7, 64, 1000 })
        {
            Tensor a = Draw(1, 2, length, 16), b = Draw(1, 2, length, 16), c = Draw(1, 2, length, 16);
            worst = Math.Max(worst, Differences.Largest(a.ScaledDotProductAttention(b, c), Attention.Mix(Attention.Weights(a, b), c)));
        }
        yield return Figure.AtMost("fused minus composed, lengths 1, 7, 64, 1000", worst, 1e-5);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(x => x[0].ScaledDotProductAttention(x[1], x[2], causal: true), Draw(1, 2, 3, 4), Draw(1, 1, 5, 4), Draw(1, 1, 5, 4)), 1e-5);
        Tensor query = Draw(1, 1, 5, 8), key = Draw(1, 1, 6, 8), value = Draw(1, 1, 6, 8);
        var order = random.Permutation(6).Realize();
        yield return Figure.AtMost("keys and values in another order", Differences.Largest(query.ScaledDotProductAttention(key.Take(order, 2), value.Take(order, 2)), query.ScaledDotProductAttention(key, value)), 1e-6);
        yield return Figure.Holds("scores of ±10,000 give numbers", (query * 1e4).ScaledDotProductAttention(key, value).IsFinite().All().Item() == 1);
        var masked = query.ScaledDotProductAttention(key, value, Tensor.From([true, true, false, true, true], [5, 1]));
        yield return Figure.AtMost("a row that sees nothing: result and gradient", Math.Max(masked.Select(2, 2).Abs().Max().Item(), Grad.Of(masked.Sum(), query).Select(2, 2).Abs().Max().Item()), 0);
        Tensor labels = Tensor.Eye(8) * 30, sheets = Draw(8, 8);
        yield return Figure.AtMost("a query that is a label finds its sheet", Differences.Largest(labels.ScaledDotProductAttention(labels, sheets), sheets), 1e-6);
        // The plan alone: nothing of this size is computed.
        Tensor Long() => Tensor.Zeros([1, 1, 8192, 64]).Realize();
        var plan = Compiled.PlanOf(x => [x[0].ScaledDotProductAttention(x[1], x[2], causal: true)], Long(), Long(), Long());
        yield return Figure.AtMost("MiB beside inputs and result for 8,192 rows of 64", plan.ArenaBytes / (double)(1 << 20), 64);
    }
}

/// <summary>Section 14.5.</summary>
internal sealed class MultiHead() : CourseSystem("14.multi-head-attention", "Multi-head attention", "Independent heads attend each in its own way; their results are joined and multiplied by W_O.")
{
    public override void Run(SystemContext context)
    {
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        var x = context.Random(1).Normal([1, 20, 32]).Realize();
        var weights = new MultiHeadAttention(32, 4, random: context.Random()).Attend(x * 3, x * 3, x).Weights;
        context.Draw("multi-head-attention.png", new Plotting.ImageSheet("What each of four heads looks at", [.. Enumerable.Range(0, 4).Select(h => Pictures.Grey(weights.Select(1, h).Squeeze(), $"head {h}"))], 4, 8));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var layer = new MultiHeadAttention(24, 4, random: random);
        Tensor x = random.Normal([2, 7, 24]).Realize(), y = random.Normal([2, 9, 24]).Realize();
        var (output, weights) = layer.Attend(x, y, y);
        Tensor Projected(Tensor rows, int part) => Linear.Apply(rows, layer.InProjWeight!.Value.Narrow(0, 24 * part, 24), layer.InProjBias!.Value.Narrow(0, 24 * part, 24));
        Tensor Head(Tensor rows, int part, int head) => Projected(rows, part).Narrow(2, 6 * head, 6);
        var heads = Tensor.Concat([.. Enumerable.Range(0, 4).Select(h => Head(x, 0, h).ScaledDotProductAttention(Head(y, 1, h), Head(y, 2, h)))], 2);
        yield return Figure.AtMost("minus four single heads, joined", Differences.Largest(output, layer.OutProj.Forward(heads)), 1e-6);
        yield return Figure.AtMost("result from the weights that are shown", Differences.Largest(output, layer.OutProj.Forward(Attention.MergeHeads(Attention.Mix(weights, Attention.SplitHeads(Projected(y, 2), 4))))), 1e-6);
        yield return Figure.AtMost("fused form minus that with weights", Differences.Largest(layer.Forward(x, y, y), output), 1e-6);
        yield return Figure.AtMost("rows of weights minus 1", (weights.Sum(-1) - 1).Abs().Max().Item(), 1e-6);
        yield return Figure.Equal("parameters of 512 with 8 heads", Model.FromShapes(() => new MultiHeadAttention(512, 8)).ParameterCount, 4 * 512 * 513);
    }
}
