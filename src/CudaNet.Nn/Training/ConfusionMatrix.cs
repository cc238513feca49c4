namespace CudaNet.Nn.Training;

/// <summary>How often each class was taken for each.</summary>
public sealed class ConfusionMatrix
{
    private readonly int[,] _counts;

    /// <summary>Counts pairs.</summary>
    /// <param name="targets">True class of each sample.</param>
    /// <param name="predictions">Predicted class of each sample.</param>
    /// <param name="classes">Number of classes.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a class is outside of the range.</exception>
    public ConfusionMatrix(ReadOnlySpan<int> targets, ReadOnlySpan<int> predictions, int classes)
    {
        if (targets.Length != predictions.Length)
            throw new ArgumentException($"ConfusionMatrix: {targets.Length} targets and {predictions.Length} predictions. Give one of each a sample.", nameof(predictions));
        _counts = new int[classes, classes];
        for (var i = 0; i < targets.Length; i++)
        {
            if ((uint)targets[i] >= (uint)classes || (uint)predictions[i] >= (uint)classes)
                throw new ArgumentException($"ConfusionMatrix: sample {i} has target {targets[i]} and prediction {predictions[i]}, outside of 0 … {classes - 1}.", nameof(classes));
            _counts[targets[i], predictions[i]]++;
        }
        (Classes, Total) = (classes, targets.Length);
    }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>Number of samples.</summary>
    public int Total { get; }

    /// <summary>Samples of class <paramref name="target"/> that were predicted as <paramref name="prediction"/>.</summary>
    public int this[int target, int prediction] => _counts[target, prediction];

    /// <summary>The counts, [target, prediction].</summary>
    public int[,] ToArray() => (int[,])_counts.Clone();

    /// <summary>Samples that were predicted rightly.</summary>
    public int Correct => Enumerable.Range(0, Classes).Sum(c => _counts[c, c]);

    /// <summary>Share of samples that were predicted rightly; NaN for none.</summary>
    public double Accuracy => Total == 0 ? double.NaN : Correct / (double)Total;

    /// <summary>Share of the samples of a class that were found.</summary>
    public double Recall(int c) => Share(_counts[c, c], Enumerable.Range(0, Classes).Sum(other => _counts[c, other]));

    /// <summary>Share of the predictions of a class that were right.</summary>
    public double Precision(int c) => Share(_counts[c, c], Enumerable.Range(0, Classes).Sum(other => _counts[other, c]));

    /// <summary>Harmonic mean of precision and recall.</summary>
    public double F1(int c) => 2 * Precision(c) * Recall(c) / Math.Max(double.Epsilon, Precision(c) + Recall(c));

    /// <summary>Intersection over union of a class: samples that are of it and were taken for it, of those that are or were.
    /// NaN where there is none.</summary>
    /// <remarks>Of pixels it measures a segmentation; the Dice coefficient is <see cref="F1"/>.</remarks>
    public double IntersectionOverUnion(int c)
    {
        var union = Enumerable.Range(0, Classes).Sum(other => _counts[c, other] + _counts[other, c]) - _counts[c, c];
        return union == 0 ? double.NaN : _counts[c, c] / (double)union;
    }

    /// <summary>Mean of <see cref="IntersectionOverUnion"/> over the classes that occur.</summary>
    public double MeanIntersectionOverUnion => Enumerable.Range(0, Classes).Select(IntersectionOverUnion).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    private static double Share(int part, int whole) => whole == 0 ? 0 : part / (double)whole;
}
