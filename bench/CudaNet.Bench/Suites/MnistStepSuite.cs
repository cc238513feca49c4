using CudaNet.Bench.Measuring;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace CudaNet.Bench.Suites;

/// <summary>One training step on digits: forward, cross entropy, backward, optimiser.</summary>
internal static class MnistStepSuite
{
    private const int Pixels = 784, Hidden = 128, Classes = 10;
    private const double LearningRate = 1e-3;

    internal static readonly Suite Suite = new("mnist-step", "training steps of the digit networks in f32",
    [
        () => CreateMlp(64, Optimiser.Momentum),
        () => CreateMlp(128, Optimiser.Momentum),
        () => CreateMlp(64, Optimiser.Adam),
        () => CreateMlp(128, Optimiser.Adam),
        () => CreateCnn(64, Optimiser.Momentum),
        () => CreateCnn(64, Optimiser.Adam),
    ]);

    private enum Optimiser
    {
        Momentum,
        Adam,
    }

    private static Workload CreateMlp(int batch, Optimiser optimiser)
    {
        var network = Sequential(
            ("0", Linear(Pixels, Hidden)),
            ("1", ReLU()),
            ("2", Linear(Hidden, Classes)));
        var forward = 2.0 * batch * (Pixels * Hidden + Hidden * Classes);
        // Backward is two products for each of forward's; the one for the gradient of the images is not needed.
        var flops = 3 * forward - 2.0 * batch * Pixels * Hidden;
        return Create($"mlp {batch} {optimiser}", network, [batch, Pixels], optimiser, flops);
    }

    private static Workload CreateCnn(int batch, Optimiser optimiser)
    {
        const int first = 16, second = 32;
        var network = Sequential(
            ("0", Conv2d(1, first, kernel_size: 3, padding: 1L)),
            ("1", ReLU()),
            ("2", MaxPool2d(2)),
            ("3", Conv2d(first, second, kernel_size: 3, padding: 1L)),
            ("4", ReLU()),
            ("5", MaxPool2d(2)),
            ("6", Flatten()),
            ("7", Linear(second * 7 * 7, Classes)));
        var firstProduct = 2.0 * batch * 28 * 28 * first * 9;
        var forward = firstProduct + 2.0 * batch * (14 * 14 * second * first * 9 + second * 7 * 7 * Classes);
        return Create($"cnn {batch} {optimiser}", network, [batch, 1, 28, 28], optimiser, 3 * forward - firstProduct);
    }

    private static Workload Create(string name, Sequential network, long[] imageShape, Optimiser kind, double flops)
    {
        var batch = (int)imageShape[0];
        var images = Inputs.ToTorch(Inputs.Normal(batch * Pixels, seed: 1), imageShape);
        var labels = torch.tensor(Inputs.Labels(batch, Classes, seed: 2));
        optim.Optimizer optimiser = kind == Optimiser.Momentum
            ? optim.SGD(network.parameters(), LearningRate, momentum: 0.9)
            : optim.Adam(network.parameters(), LearningRate);
        var parameters = network.parameters().Sum(parameter => parameter.numel());
        void Peer()
        {
            // TorchSharp needs a scope: without one, every intermediate waits for the garbage collector.
            using var scope = NewDisposeScope();
            optimiser.zero_grad();
            var loss = functional.cross_entropy(network.forward(images), labels);
            loss.backward();
            optimiser.step();
        }
        return new Workload
        {
            Name = name,
            Flops = flops,
            // Weights, gradients and the optimiser's state, read and written.
            Bytes = 4.0 * (images.numel() + parameters * (kind == Optimiser.Momentum ? 6 : 8)),
            Peer = Peer,
            Release = () =>
            {
                optimiser.Dispose();
                network.Dispose();
                images.Dispose();
                labels.Dispose();
            },
        };
    }
}
