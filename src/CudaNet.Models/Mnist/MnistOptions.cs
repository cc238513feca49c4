namespace CudaNet.Models.Mnist;

/// <summary>How to train on MNIST and data sets of its form. What is null takes the model's default.</summary>
public sealed record MnistOptions
{
    /// <summary>"mlp" (784-128-10 with ReLU) or "cnn" (conv-pool-conv-pool-linear).</summary>
    public string Model { get; init; } = "mlp";

    /// <summary>Epochs in all.</summary>
    public int? Epochs { get; init; }

    /// <summary>Images of a batch.</summary>
    public int? BatchSize { get; init; }

    /// <summary>Greatest learning rate of the schedule.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Pixels that training images are moved by at most, at random; 0 for none.</summary>
    public int? Shift { get; init; }

    /// <summary>Decides first weights, orders and shifts.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>A folder of IDX files, or "fashion"; null for the digits that are shipped.</summary>
    public string? Data { get; init; }

    /// <summary>Training images that are used, the first ones; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Models that can be chosen.</summary>
    public static IReadOnlyList<string> Models { get; } = ["mlp", "cnn"];

    /// <summary>These options with every null filled in.</summary>
    /// <exception cref="Systems.UnknownNameException">There is no such model.</exception>
    /// <exception cref="ArgumentException">A number is out of range.</exception>
    public MnistOptions Complete()
    {
        if (!Models.Contains(Model)) throw new Systems.UnknownNameException("model", Model, Models);
        var complete = Model == "mlp"
            ? this with { Epochs = Epochs ?? 30, BatchSize = BatchSize ?? 64, LearningRate = LearningRate ?? 4e-3, Shift = Shift ?? 1 }
            : this with { Epochs = Epochs ?? 8, BatchSize = BatchSize ?? 64, LearningRate = LearningRate ?? 4e-3, Shift = Shift ?? 1 };
        if (complete.Epochs < 1) throw new ArgumentException($"Epochs are {complete.Epochs}. Give 1 or more.");
        if (complete.BatchSize < 1) throw new ArgumentException($"The batch is {complete.BatchSize}. Give 1 or more.");
        if (!(complete.LearningRate > 0)) throw new ArgumentException($"The learning rate is {complete.LearningRate}. Give a number above 0.");
        if (complete.Shift is < 0 or > 14) throw new ArgumentException($"The shift is {complete.Shift}. Give 0 to 14 pixels.");
        if (complete.Limit < 1) throw new ArgumentException($"The limit is {complete.Limit}. Give 1 or more images.");
        return complete;
    }
}
