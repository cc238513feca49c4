using CudaNet.Nn;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Small languages that a small net can learn, and greedy accuracies.</summary>
internal static class ToyText
{
    /// <summary>Texts in which a fixed permutation says which word follows which, from a drawn first word.</summary>
    /// <param name="random">Decides the first words.</param>
    /// <param name="texts">How many.</param>
    /// <param name="length">Words of each.</param>
    /// <param name="words">Number of words.</param>
    /// <param name="first">Number of the first word: tokens below it are special.</param>
    public static Tensor Chains(RandomStream random, long texts, long length, long words, long first = 0)
    {
        var next = Successors(words);
        var columns = new List<Tensor> { random.Integers([texts], 0, words) };
        while (columns.Count < length) columns.Add(next.Take(columns[^1], 0));
        return (Tensor.Stack([.. columns], 1) + first).Realize();
    }

    /// <summary>The word behind each: one cycle through all words, the same for every seed.</summary>
    public static Tensor Successors(long words)
    {
        var order = Tensor.RandPermutation(words, seed: 7);
        return Tensor.Zeros([words], DType.Int64).Scatter(order, Tensor.Concat([order.Narrow(0, 1, words - 1), order.Narrow(0, 0, 1)]), 0).Realize();
    }

    /// <summary>Share of rows in which all of the wanted places hold the best class.</summary>
    /// <param name="logits">[rows, places, classes].</param>
    /// <param name="targets">[rows, places].</param>
    /// <param name="ignore">Target of places that do not count.</param>
    public static double ExactRows(Tensor logits, Tensor targets, long ignore) => (logits.ArgMax(-1).Eq(targets) | targets.Eq(ignore)).All(1).To(DType.Float64).Mean().Item();

    /// <summary>Area under the curve of right and false alarms: the chance that a positive scores above a negative.</summary>
    public static double Auc(IEnumerable<(double Score, bool Positive)> scores)
    {
        double rank = 0, positives = 0, negatives = 0, below = 0;
        foreach (var (_, positive) in scores.OrderBy(s => s.Score))
        {
            if (positive)
            {
                positives++;
                below += negatives;
            }
            else negatives++;
            rank++;
        }
        return rank == 0 ? double.NaN : below / (positives * negatives);
    }

    /// <summary>Prints all figures.</summary>
    public static void Show(Systems.SystemContext context, IEnumerable<Systems.Figure> figures)
    {
        foreach (var figure in figures) context.Out.WriteLine(figure);
    }
}
