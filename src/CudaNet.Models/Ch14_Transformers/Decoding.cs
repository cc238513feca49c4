using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Generation;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.15.4. The nucleus of top-p is the smallest set whose probability reaches p; the notes say tokens whose sum exceeds it.</summary>
internal sealed class Decoding() : CourseSystem("14.decoding", "Greedy, sampling, top-k, top-p, beams", "How the next token is chosen: the best, a draw, a draw among the best, or several texts kept.")
{
    public override void Run(SystemContext context)
    {
        float[] logits = [.. new[] { 0.4, 0.3, 0.2, 0.1 }.Select(p => (float)Math.Log(p))];
        foreach (var (name, options) in new (string, GenerationOptions)[] { ("as they are", new()), ("temperature 0.5", new() { Temperature = 0.5 }), ("top-k 2", new() { TopK = 2 }), ("top-p 0.75", new() { TopP = 0.75 }), ("greedy", GenerationOptions.Greedy) })
            context.Out.WriteLine($"{name,-16} {string.Join("  ", TokenSampler.Probabilities(logits, options).Select(p => $"{p:F3}"))}");
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double[] p = [0.4, 0.3, 0.2, 0.1];
        float[] logits = [.. p.Select(x => (float)Math.Log(x))];
        double Off(GenerationOptions options, params double[] expected) => TokenSampler.Probabilities(logits, options).Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        yield return Figure.AtMost("top-k 2 and top-p 0.6", Math.Max(Off(new() { TopK = 2 }, 0.57142857, 0.42857143, 0, 0), Off(new() { TopP = 0.6 }, 0.57142857, 0.42857143, 0, 0)), 1e-6);
        yield return Figure.AtMost("top-k 3 and top-p 0.75", Math.Max(Off(new() { TopK = 3 }, 0.44444444, 0.33333333, 0.22222222, 0), Off(new() { TopP = 0.75 }, 0.44444444, 0.33333333, 0.22222222, 0)), 1e-6);
        const int draws = 100_000;
        var counts = new int[4];
        for (var k = 0; k < draws; k++) counts[TokenSampler.Draw(p, context.Seed, k)]++;
        yield return Figure.AtMost("deviations of 100,000 draws, in σ", Enumerable.Range(0, 4).Max(k => Math.Abs(counts[k] - draws * p[k]) / Math.Sqrt(draws * p[k] * (1 - p[k]))), 3);
        var model = Sharp(new Gpt2(new(1, 16, 2, 12, 16), context.Random()));
        var generator = new Generator(model);
        var greedy = generator.Generate([1], GenerationOptions.Greedy with { MaxTokens = 12 });
        yield return Figure.Holds("top-k 1 is greedy", generator.Generate([1], new() { TopK = 1, MaxTokens = 12, Seed = context.Seed }).SequenceEqual(greedy));
        yield return Figure.Holds("one beam is greedy", generator.Beams([1], new() { MaxTokens = 12 })[0].Tokens.SequenceEqual(greedy));
        var worse = 0;
        for (var k = 0; k < context.Pick(100, 30); k++)
        {
            var other = Sharp(new Gpt2(new(1, 8, 2, 6, 8), new RandomStream(context.Seed * 10_000 + k)));
            var search = new Generator(other);
            double best = search.Beams([1], new() { Beams = 4, MaxTokens = 5 })[0].LogProbability, one = search.Beams([1], new() { MaxTokens = 5 })[0].LogProbability;
            if (best < one - 1e-6) worse++;
        }
        yield return Figure.AtMost("random models of which 4 beams find less than greedy", worse, 0);
        var small = Sharp(new Gpt2(new(1, 16, 2, 3, 8), context.Random(1)));
        var found = new Generator(small).Beams([1], new() { Beams = 81, MaxTokens = 4 })[0];
        double Sum(int n)
        {
            var text = Tensor.From([1L, n / 27, n / 9 % 3, n / 3 % 3, n % 3], [1, 5]);
            return small.Forward(text.Narrow(1, 0, 4)).LogSoftmax(-1).Gather(text.Narrow(1, 1, 4).Unsqueeze(2), 2).Sum().Item();
        }
        yield return Figure.AtMost("beams of all 81 texts: best minus that by enumeration", Math.Abs(found.LogProbability - Enumerable.Range(0, 81).Max(Sum)), 1e-5);
    }

    /// <summary>Larger weights: fresh ones give almost the same probability to all tokens.</summary>
    private static Gpt2 Sharp(Gpt2 model)
    {
        foreach (var parameter in model.Parameters())
            if (parameter.Shape.Rank > 1) parameter.Assign((parameter.Value * 8).Realize());
        return model;
    }
}
