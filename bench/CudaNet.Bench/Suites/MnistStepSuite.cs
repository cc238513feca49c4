using CudaNet.Bench.Measuring;
using CudaNet.Nn.Optimizers;
using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>One training step on digits: forward, cross entropy, backward, optimiser.</summary>
internal static class MnistStepSuite
{
    private const double LearningRate = 1e-3, Momentum = 0.9;
    private const int Hidden = 128, Side = 28, Channels = 16, Kernel = 5;

    internal static readonly Suite Suite = new("mnist-step", "training steps of the digit networks in f32",
    [
        () => CreateMlp(64, Kind.Momentum),
        () => CreateMlp(128, Kind.Momentum),
        () => CreateMlp(64, Kind.Adam),
        () => CreateMlp(128, Kind.Adam),
        () => CreateCnn(64, Kind.Momentum),
        () => CreateCnn(64, Kind.Adam),
    ]);

    private enum Kind
    {
        Momentum,
        Adam,
    }

    private static Workload CreateMlp(int batch, Kind kind)
    {
        var first = 2.0 * batch * TwinNetwork.Pixels * Hidden;
        var forward = first + 2.0 * batch * Hidden * TwinNetwork.Classes;
        return Create($"mlp {batch} {kind}", TwinNetwork.Mlp(), [batch, TwinNetwork.Pixels], kind, TrainingFlops(forward, first));
    }

    private static Workload CreateCnn(int batch, Kind kind)
    {
        const int window = Kernel * Kernel, half = Side / 2, quarter = Side / 4;
        var first = 2.0 * batch * Side * Side * Channels * window;
        var forward = first + 2.0 * batch * 2 * Channels * (half * half * Channels * window + quarter * quarter * TwinNetwork.Classes);
        return Create($"cnn {batch} {kind}", TwinNetwork.Cnn(Channels), [batch, 1, Side, Side], kind, TrainingFlops(forward, first));
    }

    /// <summary>Backward is two products for each of forward's; that for the gradient of the images is not needed.</summary>
    private static double TrainingFlops(double forward, double firstLayer) => 3 * forward - firstLayer;

    private static Workload Create(string name, TwinNetwork network, long[] imageShape, Kind kind, double flops)
    {
        const int comparedSteps = 10;
        var batch = (int)imageShape[0];
        var images = Inputs.Normal(batch * TwinNetwork.Pixels, seed: 1);
        var training = new TwinTraining(network,
            parameters => kind == Kind.Momentum ? new Sgd(parameters, LearningRate, Momentum) : new Adam(parameters, LearningRate),
            parameters => kind == Kind.Momentum ? torch.optim.SGD(parameters, LearningRate, momentum: Momentum) : torch.optim.Adam(parameters, LearningRate),
            images, imageShape, Inputs.Labels(batch, TwinNetwork.Classes, seed: 2));
        return new Workload
        {
            Name = name,
            Flops = flops,
            // Weights, gradients and the optimiser's state, read and written.
            Bytes = 4.0 * (images.Length + network.Ours.ParameterCount * (kind == Kind.Momentum ? 6 : 8)),
            Ours = () => training.OurStep().Dispose(),
            Peer = () => training.PeerStep(read: false),
            Disagreement = () =>
            {
                var (ours, peer) = training.Losses(comparedSteps);
                return ours.Zip(peer, (a, b) => Math.Abs(a - b)).Max();
            },
            Release = training.Dispose,
        };
    }
}
