namespace CudaNet.Nn.Data;

/// <summary>Divides samples into parts.</summary>
public static class DataSplit
{
    /// <summary>Takes a share of every class, so that both parts have the classes in the same proportions.</summary>
    /// <param name="labels">Class of each sample.</param>
    /// <param name="share">Share of the second part, from 0 to 1; a class gives its rounded share.</param>
    /// <param name="seed">The same seed gives the same parts.</param>
    /// <returns>The numbers of the samples in each part, ascending.</returns>
    public static (int[] First, int[] Second) Stratified(ReadOnlySpan<byte> labels, double share, long seed = 0) => Stratified(Wide(labels), share, seed);

    /// <inheritdoc cref="Stratified(ReadOnlySpan{byte}, double, long)"/>
    public static (int[] First, int[] Second) Stratified(ReadOnlySpan<long> labels, double share, long seed = 0)
    {
        if (!(share >= 0 && share <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, $"DataSplit.Stratified: the share is {share}. Give a number from 0 to 1.");
        var byClass = new Dictionary<long, List<int>>();
        for (var i = 0; i < labels.Length; i++)
        {
            if (!byClass.TryGetValue(labels[i], out var members)) byClass[labels[i]] = members = [];
            members.Add(i);
        }
        List<int> first = [], second = [];
        foreach (var (label, members) in byClass)
        {
            var order = members.ToArray();
            new SampleRandom(seed, 2, label).Shuffle(order.AsSpan());
            var taken = (int)Math.Round(share * order.Length, MidpointRounding.AwayFromZero);
            second.AddRange(order[..taken]);
            first.AddRange(order[taken..]);
        }
        first.Sort();
        second.Sort();
        return ([.. first], [.. second]);
    }

    /// <summary>Folds for cross-validation, each with about its share of every class: what is tested in one fold is trained on in all others.</summary>
    /// <param name="labels">Class of each sample.</param>
    /// <param name="folds">Number of folds, 2 or more.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <returns>For each fold the numbers of the samples to train on and to test on, ascending.</returns>
    /// <exception cref="ArgumentException">There are fewer samples than folds.</exception>
    public static IReadOnlyList<(int[] Train, int[] Test)> StratifiedFolds(ReadOnlySpan<byte> labels, int folds, long seed = 0) => StratifiedFolds(Wide(labels), folds, seed);

    /// <inheritdoc cref="StratifiedFolds(ReadOnlySpan{byte}, int, long)"/>
    public static IReadOnlyList<(int[] Train, int[] Test)> StratifiedFolds(ReadOnlySpan<long> labels, int folds, long seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (labels.Length < folds) throw new ArgumentException($"DataSplit.StratifiedFolds: {labels.Length} samples do not fill {folds} folds. Give fewer folds.", nameof(folds));
        var classes = labels.ToArray();
        var order = Enumerable.Range(0, classes.Length).ToArray();
        new SampleRandom(seed, 3).Shuffle(order.AsSpan());
        // Dealt out class by class without a break, folds differ by one sample in size and by one in each class.
        var dealt = order.OrderBy(i => classes[i]).Select((i, position) => (Sample: i, Fold: position % folds)).ToArray();
        return [.. Enumerable.Range(0, folds).Select(fold => (
            dealt.Where(d => d.Fold != fold).Select(d => d.Sample).Order().ToArray(),
            dealt.Where(d => d.Fold == fold).Select(d => d.Sample).Order().ToArray()))];
    }

    /// <summary>Folds for cross-validation of samples without classes; they differ by one sample in size.</summary>
    /// <param name="count">Number of samples.</param>
    /// <param name="folds">Number of folds, 2 or more.</param>
    /// <param name="seed">The same seed gives the same folds.</param>
    /// <returns>For each fold the numbers of the samples to train on and to test on, ascending.</returns>
    /// <exception cref="ArgumentException">There are fewer samples than folds.</exception>
    public static IReadOnlyList<(int[] Train, int[] Test)> Folds(int count, int folds, long seed = 0) => StratifiedFolds(new long[count], folds, seed);

    private static long[] Wide(ReadOnlySpan<byte> labels)
    {
        var wide = new long[labels.Length];
        for (var i = 0; i < wide.Length; i++) wide[i] = labels[i];
        return wide;
    }
}
