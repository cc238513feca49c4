using CudaNet.Ops;

namespace CudaNet.Tests.Catalogue;

/// <summary>Makes further samples out of those of the catalogue by giving the axes other sizes.</summary>
internal static class RandomShapes
{
    private const int MostGrowth = 9;

    private const string Varied = " as ";

    /// <summary>The name in the catalogue of a sample, also of one with other sizes.</summary>
    internal static string Origin(Sample sample) => sample.Name.Split(Varied)[0];

    /// <summary>Sizes that were equal stay equal, so that what must fit still fits; 0 and 1 have a meaning of their own and stay.
    /// Sizes only grow, so that drawn indices stay inside.</summary>
    internal static Sample Vary(Sample sample, Random random)
    {
        var sizes = new Dictionary<long, long>();
        foreach (var size in sample.Inputs.SelectMany(input => input.Shape))
            if (size > 1)
                sizes.TryAdd(size, size + random.Next(MostGrowth + 1));
        var inputs = sample.Inputs.Select(input => input with { Shape = new Shape([.. input.Shape.Select(size => sizes.GetValueOrDefault(size, size))]) }).ToArray();
        var growth = sizes.Count == 0 ? 1 : (long)Math.Ceiling(sizes.Max(pair => (double)pair.Value / pair.Key));
        return sample with
        {
            Name = $"{sample.Name}{Varied}{string.Join(" ", inputs.Select(input => input.Shape))}",
            Inputs = inputs,
            SumLength = sample.SumLength * growth,
        };
    }
}
