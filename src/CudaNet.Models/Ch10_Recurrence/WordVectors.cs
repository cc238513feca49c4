using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Observation 9: skip-gram with negative sampling (Mikolov and others 2013). A word w and a word c near it: maximise
/// ln σ(u_c·v_w) + Σₖ ln σ(−u_k·v_w) over words k that are drawn with probability ∝ count^¾.</summary>
internal sealed class Word2Vec() : CourseSystem("10.word2vec", "Word2Vec: words by their company", "Word2Vec made dense vectors popular.")
{
    private const int Size = 8, Negative = 5, Batch = 256, Steps = 500;

    public override void Run(SystemContext context)
    {
        var (v, losses) = Train(context);
        ToyGrammar.Show(context, "word2vec", v, losses);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (v, losses) = Train(context);
        yield return Figure.AtMost("mean loss of the last 50 steps / of the first 10", losses[^50..].Average() / losses[..10].Average(), 0.9);
        yield return Figure.AtLeast("share of words nearer to their class than to others", ToyGrammar.Share(v), 0.95);
    }

    private static (Tensor Vectors, double[] Losses) Train(SystemContext context)
    {
        var counts = ToyGrammar.Pairs(context, weighted: false);
        var n = ToyGrammar.Words.Length;
        var random = context.Random();
        Parameter v = new(random.Normal([n, Size], 0, 0.3)), u = new(random.Normal([n, Size], 0, 0.3));
        // Pairs as often as they occur; noise by the counts of single words to the power of ¾.
        Tensor pairs = (counts / counts.Sum()).Reshape(n * n).Realize(), noise = counts.Sum(1).Pow(0.75);
        noise = (noise / noise.Sum()).Realize();
        var losses = Learn.Steps(new Adam([v, u], 0.01), Steps, _ => [random.Categorical(pairs, Batch).Realize(), random.Categorical(noise, Batch * Negative).Realize()], data =>
        {
            Tensor pair = data[0].To(DType.Int64), word = v.Value.Take(pair.FloorDivide(n), 0), near = u.Value.Take(pair % n, 0), far = u.Value.Take(data[1].Reshape(Batch, Negative), 0);
            return -((word * near).Sum(1).LogSigmoid() + (-(far * word.Unsqueeze(1)).Sum(2)).LogSigmoid().Sum(1)).Mean();
        });
        return (v.Value.Realize(), losses);
    }
}

/// <summary>Observation 9: GloVe (Pennington, Socher, Manning 2014). Weighted least squares on logarithms of co-occurrences:
/// Σ f(X_ij)·(v_i·u_j + b_i + c_j − ln X_ij)² with f(x) = min(1, (x/x_max)^¾), by AdaGrad.</summary>
internal sealed class GloVe() : CourseSystem("10.glove", "GloVe: words by their co-occurrences", "GloVe improved on Word2Vec.")
{
    private const int Size = 8;

    public override void Run(SystemContext context)
    {
        var (v, losses) = Train(context);
        ToyGrammar.Show(context, "glove", v, losses);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (v, losses) = Train(context);
        yield return Figure.AtMost("last loss / first loss", losses[^1] / losses[0], 0.5);
        yield return Figure.AtLeast("share of words nearer to their class than to others", ToyGrammar.Share(v), 0.95);
    }

    private static (Tensor Vectors, double[] Losses) Train(SystemContext context)
    {
        var x = ToyGrammar.Pairs(context, weighted: true);
        var n = ToyGrammar.Words.Length;
        var random = context.Random();
        const double bound = 0.5 / Size; // as in the authors' program
        Parameter v = new(random.Uniform([n, Size], -bound, bound)), u = new(random.Uniform([n, Size], -bound, bound)), b = new(Tensor.Zeros([n, 1])), c = new(Tensor.Zeros([1, n]));
        // Pairs that never occur have weight 0, so their logarithm does not matter.
        Tensor f = (x / 100).Minimum(1).Pow(0.75).Realize(), log = x.Maximum(1e-6).Log().Realize();
        var losses = Learn.Steps(new Adagrad([v, u, b, c], 0.05), 2000, () => (f * (v.Value.MatMul(u.Value.T) + b.Value + c.Value - log).Square()).Sum());
        return ((v.Value + u.Value).Realize(), losses);
    }
}
