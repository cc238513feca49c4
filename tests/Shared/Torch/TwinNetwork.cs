using CudaNet.Nn;
using TorchSharp;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Shared;

/// <summary>The same network in both engines, with the same weights.</summary>
/// <param name="Ours">CudaNet's.</param>
/// <param name="Peer">Torch's.</param>
internal sealed record TwinNetwork(Module Ours, Torch.Module<torch.Tensor, torch.Tensor> Peer) : IDisposable
{
    internal const int Pixels = 784, Classes = 10;

    private const int Hidden = 128;

    /// <summary>784-128-10 with ReLU.</summary>
    internal static TwinNetwork Mlp() => Of(
        () => new Sequential(new Linear(Pixels, Hidden), new ReLU(), new Linear(Hidden, Classes)),
        () => Torch.Sequential(("0", Torch.Linear(Pixels, Hidden)), ("1", Torch.ReLU()), ("2", Torch.Linear(Hidden, Classes))));

    /// <summary>Convolution, pooling, convolution, pooling, linear, for images of 28×28.</summary>
    internal static TwinNetwork Cnn(int channels = 16)
    {
        const int kernel = 5, padding = 2;
        var features = 2 * channels * 7 * 7;
        return Of(
            () => new Sequential(
                new Conv2d(1, channels, kernel, padding: padding), new ReLU(), new MaxPool2d(2),
                new Conv2d(channels, 2 * channels, kernel, padding: padding), new ReLU(), new MaxPool2d(2),
                new Flatten(), new Linear(features, Classes)),
            () => Torch.Sequential(
                ("0", Torch.Conv2d(1, channels, kernel, padding: (long)padding)), ("1", Torch.ReLU()), ("2", Torch.MaxPool2d(2)),
                ("3", Torch.Conv2d(channels, 2 * channels, kernel, padding: (long)padding)), ("4", Torch.ReLU()), ("5", Torch.MaxPool2d(2)),
                ("6", Torch.Flatten()), ("7", Torch.Linear(features, Classes))));
    }

    private static TwinNetwork Of(Func<Module> createOurs, Func<Torch.Module<torch.Tensor, torch.Tensor>> createPeer)
    {
        // The same weights in every run, too.
        torch.manual_seed(1);
        var (ours, peer) = (createOurs(), createPeer());
        // Names and layouts of the weights are the same in both.
        ours.LoadStateDict(peer.state_dict().ToDictionary(entry => entry.Key, entry =>
        {
            using var values = entry.Value.detach().contiguous();
            return Tensor.From(values.data<float>().ToArray(), new Shape(values.shape));
        }));
        return new(ours, peer);
    }

    public void Dispose() => Peer.Dispose();
}
