namespace CudaNet.Nn.Optimizers;

/// <summary>Parameters that are trained with settings of their own.</summary>
public sealed class ParameterGroup
{
    /// <summary>A group.</summary>
    /// <param name="parameters">What it holds; one that comes twice is taken once.</param>
    /// <param name="learningRate">Its learning rate; the optimiser's if null.</param>
    /// <param name="weightDecay">Its weight decay; the optimiser's if null.</param>
    public ParameterGroup(IEnumerable<Parameter> parameters, double? learningRate = null, double? weightDecay = null)
    {
        Parameters = [.. parameters.Distinct()];
        (InitialLearningRate, WeightDecay) = (learningRate, weightDecay);
    }

    /// <summary>What it holds.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Weight decay of this group; null for the optimiser's.</summary>
    public double? WeightDecay { get; }

    /// <summary>The learning rate in use, data of every plan: a schedule changes it without a new plan.</summary>
    public double LearningRate
    {
        get => Rate.Value.Item();
        set => Rate.Assign(Tensor.Scalar(value).To(Rate.DType));
    }

    /// <summary>The learning rate that the group began with, which schedules scale.</summary>
    public double BaseLearningRate { get; private set; }

    private double? InitialLearningRate { get; }

    internal State Rate { get; private set; } = null!;

    /// <summary>Type of numbers that stand beside parameters: at least Float32, Float64 where one of them is.</summary>
    internal static DType ScalarType(IEnumerable<Parameter> parameters) =>
        parameters.Any(p => p.DType == DType.Float64) ? DType.Float64 : DType.Float32;

    internal void Start(double defaultRate, int index)
    {
        BaseLearningRate = InitialLearningRate ?? defaultRate;
        Rate = new(Tensor.Scalar(BaseLearningRate).To(ScalarType(Parameters)), $"lr.{index}");
    }
}
