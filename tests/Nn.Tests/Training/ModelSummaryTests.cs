using CudaNet.Nn;
using CudaNet.Nn.Training;

namespace CudaNet.Tests.Training;

[TestFixture]
internal sealed class ModelSummaryTests
{
    [Test]
    public void It_tells_shapes_parameters_and_operations()
    {
        var model = new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 10));
        var summary = ModelSummary.Of(model, [64, 1, 28, 28]);
        Assert.That(summary.Layers.Select(l => (l.Name, l.Output.ToString(), l.Parameters)), Is.EqualTo(new[]
        {
            ("0", "[64, 784]", 0L), ("1", "[64, 128]", 100_480L), ("2", "[64, 128]", 0L), ("3", "[64, 10]", 1290L),
        }));
        Assert.That(summary.Parameters, Is.EqualTo(101_770));
        Assert.That(summary.Layers[1].Flops, Is.EqualTo(2L * 64 * 784 * 128 + 64 * 128));
        Assert.That(summary.Flops, Is.EqualTo(summary.Layers.Sum(l => l.Flops)));
        Assert.That(summary.ToString(), Does.Contain("101,770").And.Contain("Linear(784, 128)"));
    }

    [Test]
    public void It_leaves_mode_and_statistics_alone()
    {
        var model = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2));
        ModelSummary.Of(model, [2, 1, 8, 8]);
        Assert.That(model.IsTraining && model[1].IsTraining, Is.True);
        Assert.That(((BatchNorm2d)model[1]).NumBatchesTracked.Value.Item(), Is.Zero);
    }

    [Test]
    public void A_confusion_matrix_counts()
    {
        var matrix = new ConfusionMatrix([0, 0, 1, 2], [0, 1, 1, 1], 3);
        Assert.That((matrix.Correct, matrix.Accuracy, matrix[2, 1]), Is.EqualTo((2, 0.5, 1)));
        Assert.That((matrix.Recall(0), matrix.Precision(1), matrix.F1(2)), Is.EqualTo((0.5, 1 / 3.0, 0.0)));
        Assert.That(() => new ConfusionMatrix([0], [3], 3), Throws.ArgumentException.With.Message.Contain("0 … 2"));
    }

    [Test]
    public void The_worst_mistakes_are_the_most_confident_ones()
    {
        var evaluation = new Evaluation(0, 0, [5, 0, 0, 1, 3, 0, 9, 0], 2, [1, 1, 1, 1]);
        Assert.That(evaluation.WorstMistakes(2).Select(m => (m.Sample, m.Prediction)), Is.EqualTo(new[] { (3, 0), (0, 0) }));
        Assert.That(evaluation.WorstMistakes(9), Has.Count.EqualTo(3));
    }
}
