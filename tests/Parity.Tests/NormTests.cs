using CudaNet.Nn;
using TorchSharp;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Tests;

/// <summary>Norm layers give torch's results, running statistics and gradients, under torch's names.</summary>
public sealed class NormTests
{
    private static IEnumerable<TestCaseData> Pairs()
    {
        static TestCaseData Of(string name, Func<Module> ours, Func<Torch.Module<torch.Tensor, torch.Tensor>> theirs, params long[] shape) =>
            new TestCaseData(ours, theirs, shape).SetArgDisplayNames(name);
        yield return Of("batch norm of vectors", () => new BatchNorm1d(5), () => Torch.BatchNorm1d(5), 7, 5);
        yield return Of("batch norm of sequences", () => new BatchNorm1d(5), () => Torch.BatchNorm1d(5), 3, 5, 4);
        yield return Of("batch norm of images", () => new BatchNorm2d(3, momentum: 0.3), () => Torch.BatchNorm2d(3, momentum: 0.3), 4, 3, 5, 6);
        yield return Of("batch norm of volumes", () => new BatchNorm3d(2), () => Torch.BatchNorm3d(2), 3, 2, 2, 3, 4);
        yield return Of("batch norm without affine", () => new BatchNorm2d(3, affine: false), () => Torch.BatchNorm2d(3, affine: false), 4, 3, 5, 6);
        yield return Of("layer norm", () => new LayerNorm(6), () => Torch.LayerNorm(6), 4, 3, 6);
        yield return Of("layer norm of images", () => new LayerNorm(new Shape(3, 5, 6)), () => Torch.LayerNorm([3, 5, 6]), 4, 3, 5, 6);
        yield return Of("layer norm without affine", () => new LayerNorm(new Shape(5, 6), affine: false), () => Torch.LayerNorm([5, 6], elementwise_affine: false), 4, 3, 5, 6);
        yield return Of("group norm", () => new GroupNorm(2, 6), () => Torch.GroupNorm(2, 6), 3, 6, 4, 5);
        yield return Of("instance norm of sequences", () => new InstanceNorm1d(3, affine: true), () => Torch.InstanceNorm1d(3, affine: true), 2, 3, 8);
        yield return Of("instance norm of images", () => new InstanceNorm2d(3), () => Torch.InstanceNorm2d(3), 2, 3, 4, 5);
        yield return Of("instance norm of volumes", () => new InstanceNorm3d(2), () => Torch.InstanceNorm3d(2), 2, 2, 3, 4, 5);
    }

    [TestCaseSource(nameof(Pairs))]
    public void A_norm_gives_the_values_gradients_and_statistics_of_torch(Func<Module> ours, Func<Torch.Module<torch.Tensor, torch.Tensor>> theirs, long[] shape)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        var module = ours();
        using var peer = theirs();
        // Weights that are not 1 and 0.
        torch.manual_seed(2);
        foreach (var (name, parameter) in peer.named_parameters())
            using (torch.no_grad()) parameter.copy_(torch.randn(parameter.shape));
        foreach (var training in new[] { true, true, false })
        {
            module.Train(training);
            peer.train(training);
            TorchModules.AssertSame(module, peer, shape);
        }
    }

    [Test]
    public void Running_statistics_are_those_of_torch()
    {
        var module = new BatchNorm1d(4);
        using var peer = Torch.BatchNorm1d(4);
        torch.manual_seed(3);
        for (var step = 0; step < 5; step++)
        {
            using var x = torch.randn(6, 4) * 2 + 1;
            using var y = peer.forward(x);
            module.Forward(TorchModules.Of(x)).Realize();
        }
        var expected = TorchModules.State(peer);
        foreach (var (name, value) in module.StateDict()) Assert.That(value.ToDoubles(), Is.EqualTo(expected[name].ToDoubles()).Within(1e-5), name);
    }
}
