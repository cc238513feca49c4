namespace CudaNet.Nn.Training;

/// <summary>What a model says to a data set.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Accuracy">Share of right answers; NaN where targets are no classes.</param>
/// <param name="Outputs">The model's results, row after row.</param>
/// <param name="OutputSize">Length of a row.</param>
/// <param name="Targets">True class of each sample; empty where targets are no classes.</param>
public sealed record Evaluation(double Loss, double Accuracy, float[] Outputs, int OutputSize, int[] Targets)
{
    /// <summary>The class with the greatest output, for each sample.</summary>
    public int[] Predictions => [.. Enumerable.Range(0, Targets.Length).Select(i => System.Numerics.Tensors.TensorPrimitives.IndexOfMax<float>(Row(i)))];

    /// <summary>Counts of right and wrong answers by class.</summary>
    public ConfusionMatrix Confusion => new(Targets, Predictions, OutputSize);

    /// <summary>The output for one sample.</summary>
    public ReadOnlySpan<float> Row(int sample) => Outputs.AsSpan(sample * OutputSize, OutputSize);

    /// <summary>The samples that were answered wrongly with the most confidence, worst first.</summary>
    /// <returns>Number of the sample, the wrong answer and its probability by softmax.</returns>
    public IReadOnlyList<(int Sample, int Prediction, double Probability)> WorstMistakes(int count)
    {
        var mistakes = new List<(int Sample, int Prediction, double Probability)>();
        var predictions = Predictions;
        for (var i = 0; i < Targets.Length; i++)
        {
            if (predictions[i] == Targets[i]) continue;
            var row = Row(i);
            double sum = 0;
            foreach (var logit in row) sum += Math.Exp(logit - row[predictions[i]]);
            mistakes.Add((i, predictions[i], 1 / sum));
        }
        return [.. mistakes.OrderByDescending(m => m.Probability).ThenBy(m => m.Sample).Take(count)];
    }
}
