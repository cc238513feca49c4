using CudaNet.Models.Transformers;
using CudaNet.Models.Vision;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using TorchSharp;
using Torch = TorchSharp.torch;

namespace CudaNet.Bench.Models;

/// <summary>A training step to measure: a model of either side, its batch, cross entropy and an optimiser.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Network">Makes our model.</param>
/// <param name="Input">Shape of the batch.</param>
/// <param name="Classes">Scores a label.</param>
/// <param name="Peer">The same model in torch.</param>
/// <param name="Optimizer">What moves the weights.</param>
internal sealed record TrainingCase(string Name, Func<Module> Network, long[] Input, int Classes, Func<TorchWeights, Torch.Tensor, Torch.Tensor> Peer, OptimizerKind Optimizer)
{
    private const double LearningRate = 1e-3, Momentum = 0.9;

    /// <summary>True where the batch are tokens, each of which has the next one as its label.</summary>
    internal bool IsText { get; init; }

    /// <summary>True where each pixel has a label.</summary>
    internal bool IsDense { get; init; }

    /// <summary>Greatest relative difference of the losses of the first steps that is still the same training.</summary>
    internal double Tolerance { get; init; } = 1e-4;

    internal static IReadOnlyList<TrainingCase> All { get; } =
    [
        Mlp(64, OptimizerKind.Momentum), Mlp(128, OptimizerKind.Momentum), Mlp(64, OptimizerKind.Adam), Mlp(128, OptimizerKind.Adam),
        new("CNN 5x5, batch 64", DigitNet, [64, 1, 28, 28], 10, TorchImageModels.DigitNet, OptimizerKind.Momentum),
        new("LeNet, batch 64", LeNet, [64, 1, 28, 28], 10, TorchImageModels.LeNet, OptimizerKind.Momentum),
        new("ResNet-18 32x32, batch 32", () => ResNet.Resnet18(10, smallImages: true), [32, 3, 32, 32], 10, (w, x) => TorchImageModels.ResNet(w, x, [2, 2, 2, 2], smallImages: true), OptimizerKind.Momentum)
        {
            // Twenty normalisations by the statistics of a batch enlarge what rounding differs in.
            Tolerance = 2e-3,
        },
        new("U-Net 32x32, 32 channels, depth 3, batch 16", () => new UNet(1, 3, 32, 3), [16, 1, 32, 32], 3, (w, x) => TorchImageModels.UNet(w, x, 3), OptimizerKind.Adam) { IsDense = true, Tolerance = 2e-3 },
        new("GPT, 6 layers of 384, 6 heads, 256 tokens, batch 4", () => new Gpt2(new(6, 384, 6, Vocabulary: 2048, Positions: 256, Dropout: 0)), [4, 256], 2048,
            (w, x) => TorchTextModels.Gpt2(w, x, 6, 6), OptimizerKind.AdamW) { IsText = true },
    ];

    private static TrainingCase Mlp(int batch, OptimizerKind optimizer) =>
        new($"MLP 784-128-10, batch {batch}, {optimizer}", () => new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10)), [batch, 784], 10, TorchImageModels.Perceptron, optimizer);

    private static Sequential DigitNet() => new(
        new Conv2d(1, 16, 5, padding: 2), new ReLU(), new MaxPool2d(2), new Conv2d(16, 32, 5, padding: 2), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(32 * 7 * 7, 10));

    private static Sequential LeNet() => new(
        new Conv2d(1, 6, 5, padding: 2), new Tanh(), new AvgPool2d(2), new Conv2d(6, 16, 5), new Tanh(), new AvgPool2d(2),
        new Flatten(), new Linear(400, 120), new Tanh(), new Linear(120, 84), new Tanh(), new Linear(84, 10));

    /// <summary>Labels of the batch: one an image, a pixel or a token.</summary>
    internal long LabelCount => IsText ? Input[0] * Input[1] : IsDense ? Input[0] * Input[2] * Input[3] : Input[0];

    /// <summary>Torch's weights for training, with the values of ours or drawn for one that was made from shapes.</summary>
    internal TorchWeights PeerWeights(Module ours, bool random = false) => new(ours, random, IsText ? TorchTextModels.IsTransposed : null) { IsTraining = true };

    /// <summary>Scores as [labels, classes].</summary>
    internal Tensor Rows(Tensor scores) => IsText ? scores.Flatten(0, 1) : IsDense ? scores.MoveAxis(1, -1).Flatten(0, 2) : scores;

    /// <inheritdoc cref="Rows(Tensor)"/>
    internal torch.Tensor Rows(torch.Tensor scores) => IsText ? scores.flatten(0, 1) : IsDense ? scores.movedim([1], [-1]).flatten(0, 2) : scores;

    internal Optimizer OurOptimizer(IEnumerable<Parameter> parameters) => Optimizer switch
    {
        OptimizerKind.Momentum => new Sgd(parameters, LearningRate, Momentum),
        OptimizerKind.Adam => new Adam(parameters, LearningRate),
        _ => new AdamW(parameters, LearningRate),
    };

    internal torch.optim.Optimizer PeerOptimizer(TorchWeights weights) => Optimizer switch
    {
        OptimizerKind.Momentum => torch.optim.SGD(weights.Parameters, LearningRate, Momentum),
        OptimizerKind.Adam => torch.optim.Adam(weights.Parameters, LearningRate),
        // Its default is 0, ours and PyTorch's is 0.01.
        _ => torch.optim.AdamW(weights.Parameters, LearningRate, weight_decay: 0.01),
    };
}
