namespace CudaNet.Nn.Data;

/// <summary>Weights that make up for classes of unequal size.</summary>
public static class ClassWeights
{
    /// <summary>n/(K·n_c) for each class c: with them each class counts as much as any other, and all samples together n times.</summary>
    /// <remarks>King, Zeng 2001. For the weight of <see cref="Loss.CrossEntropy"/>.</remarks>
    /// <param name="labels">Class of each sample.</param>
    /// <param name="classes">Number of classes K; one without a sample gets 0 and does not count among them.</param>
    /// <param name="device">Where the weights go; the default device if null.</param>
    /// <returns>Float32 [classes].</returns>
    /// <exception cref="ArgumentException">There is no label, or one is outside of 0 … classes − 1.</exception>
    public static Tensor Balanced(ReadOnlySpan<long> labels, int classes, Device? device = null)
    {
        var counts = Counts(labels, classes);
        double present = counts.Count(n => n > 0), all = labels.Length;
        return Tensor.From(Array.ConvertAll(counts, n => n == 0 ? 0f : (float)(all / (present * n))), [classes], device);
    }

    /// <summary>The balanced weight of each sample's class: for weighted losses, and for drawing samples in proportion to them.</summary>
    /// <inheritdoc cref="Balanced"/>
    /// <returns>Float32 [samples].</returns>
    public static Tensor OfSamples(ReadOnlySpan<long> labels, int classes, Device? device = null) =>
        Balanced(labels, classes, device).Take(Tensor.From(labels.ToArray(), [labels.Length], device));

    private static int[] Counts(ReadOnlySpan<long> labels, int classes)
    {
        if (labels.IsEmpty) throw new ArgumentException("ClassWeights: there is no label. Give that of each sample.", nameof(labels));
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        var counts = new int[classes];
        for (var i = 0; i < labels.Length; i++)
        {
            if ((ulong)labels[i] >= (ulong)classes) throw new ArgumentException($"ClassWeights: label {labels[i]} of sample {i} is not between 0 and {classes - 1}. Give more classes, or other labels.", nameof(labels));
            counts[labels[i]]++;
        }
        return counts;
    }
}
