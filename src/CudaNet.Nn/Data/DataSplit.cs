namespace CudaNet.Nn.Data;

/// <summary>Divides samples into two parts.</summary>
public static class DataSplit
{
    /// <summary>Takes a share of every class, so that both parts have the classes in the same proportions.</summary>
    /// <param name="labels">Class of each sample.</param>
    /// <param name="share">Share of the second part, from 0 to 1; a class gives its rounded share.</param>
    /// <param name="seed">The same seed gives the same parts.</param>
    /// <returns>The numbers of the samples in each part, ascending.</returns>
    public static (int[] First, int[] Second) Stratified(ReadOnlySpan<byte> labels, double share, long seed = 0)
    {
        if (!(share >= 0 && share <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, $"DataSplit.Stratified: the share is {share}. Give a number from 0 to 1.");
        var byClass = new Dictionary<byte, List<int>>();
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
}
