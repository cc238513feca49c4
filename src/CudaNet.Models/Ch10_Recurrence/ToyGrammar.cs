using CudaNet.Models.Systems;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Sentences of a toy grammar: words of a class can take each other's place.</summary>
internal static class ToyGrammar
{
    private static readonly string[][] Classes =
    [
        ["cat", "dog", "horse", "mouse", "rabbit"],
        ["eats", "likes", "finds", "wants", "sees"],
        ["bread", "cheese", "corn", "cake", "apples"],
        ["paris", "london", "rome", "oslo", "vienna"],
        ["quickly", "slowly", "often", "today", "never"],
    ];

    /// <summary>All words, class by class.</summary>
    public static string[] Words { get; } = [.. Classes.SelectMany(c => c)];

    /// <summary>How often two words stand within two places of each other in 3,000 sentences, [words, words].</summary>
    /// <param name="context">Decides the sentences.</param>
    /// <param name="weighted">True to weigh a pair by 1 over its distance.</param>
    public static Tensor Pairs(SystemContext context, bool weighted)
    {
        var random = new Random((int)context.Seed);
        var n = Words.Length;
        var counts = new float[n * n];
        for (var s = 0; s < 3000; s++)
        {
            // animal verb food adverb, or animal verb city.
            int[] kinds = random.Next(2) == 0 ? [0, 1, 2, 4] : [0, 1, 3];
            // One word in ten is out of place, as in any text.
            var words = kinds.Select(kind => random.Next(10) == 0 ? random.Next(n) : kind * 5 + random.Next(5)).ToArray();
            for (var i = 0; i < words.Length; i++)
                for (var j = Math.Max(0, i - 2); j <= Math.Min(words.Length - 1, i + 2); j++)
                    if (i != j) counts[words[i] * n + words[j]] += weighted ? 1f / Math.Abs(i - j) : 1;
        }
        return Tensor.From(counts, [n, n]);
    }

    /// <summary>Share of words whose mean cosine to their own class is above that to each other class.</summary>
    public static double Share(Tensor vectors)
    {
        var cosine = Cosine(vectors).ToDoubles();
        var n = Words.Length;
        double Mean(int word, int kind) => Enumerable.Range(5 * kind, 5).Where(k => k != word).Average(k => cosine[word * n + k]);
        return Enumerable.Range(0, n).Count(word => Enumerable.Range(0, Classes.Length).Where(kind => kind != word / 5).All(kind => Mean(word, word / 5) > Mean(word, kind))) / (double)n;
    }

    /// <summary>Prints the nearest words of some, and draws the cosines and the loss.</summary>
    public static void Show(SystemContext context, string name, Tensor vectors, double[] losses)
    {
        var cosine = Cosine(vectors);
        foreach (var word in new[] { "cat", "bread", "paris" })
        {
            var row = cosine.Select(0, Array.IndexOf(Words, word)).ToDoubles();
            context.Out.WriteLine($"nearest to {word}: {string.Join(", ", Enumerable.Range(0, row.Length).OrderByDescending(k => row[k]).Skip(1).Take(4).Select(k => Words[k]))}");
        }
        context.Out.WriteLine($"{Share(vectors):P0} of the words are nearer to their class than to any other");
        context.Draw($"{name}-cosines.png", new ImageSheet("Cosines of 25 words, class by class", [Pictures.Grey(cosine, string.Join(" · ", Classes.Select(c => c[0] + "…")), -1, 1)], 1, 14));
        context.Draw($"{name}.png", Pictures.Curves("Loss", "loss", false, ("training", losses)));
    }

    private static Tensor Cosine(Tensor vectors)
    {
        var unit = vectors / vectors.Square().Sum(1, keepDims: true).Sqrt();
        return unit.MatMul(unit.T).Realize();
    }
}
