using CudaNet.Nn;
using TorchSharp;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Tests;

/// <summary>Modules of torch beside ours: tensors and state carried over.</summary>
internal static class TorchModules
{
    public static Dictionary<string, Tensor> State(Torch.Module peer) => peer.state_dict().ToDictionary(entry => entry.Key, entry => Of(entry.Value));

    public static Tensor Of(torch.Tensor t)
    {
        using var values = t.detach().contiguous();
        return t.dtype == torch.int64 ? Tensor.From(values.data<long>().ToArray(), new Shape(t.shape)) : Tensor.From(values.data<float>().ToArray(), new Shape(t.shape));
    }

    public static float[] Values(torch.Tensor t)
    {
        using var values = t.detach().contiguous();
        return values.data<float>().ToArray();
    }

    /// <summary>Asserts that both give the same values, and the same gradients of a weighed sum, for the same random input and the
    /// state of torch's.</summary>
    public static void AssertSame(Module module, Torch.Module<torch.Tensor, torch.Tensor> peer, long[] shape)
    {
        module.LoadStateDict(State(peer));
        using var theirX = torch.randn(shape, requires_grad: true);
        var x = Of(theirX);
        using var theirY = peer.forward(theirX);
        using var weights = torch.randn(theirY.shape);
        peer.zero_grad();
        using (var loss = (theirY * weights).sum()) loss.backward();
        var y = module.Forward(x);
        Assert.That(y.Shape.ToArray(), Is.EqualTo(theirY.shape));
        Assert.That(y.ToArray<float>(), Is.EqualTo(Values(theirY)).Within(2e-5f));
        module.ZeroGrad();
        Tensor[] leaves = [x, .. module.Parameters().Select(p => p.Value)];
        var gradients = Grad.Of((module.Forward(x) * Of(weights)).Sum(), leaves);
        Assert.That(gradients[0].ToArray<float>(), Is.EqualTo(Values(theirX.grad!)).Within(1e-4f));
        var byName = peer.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        foreach (var ((name, _), gradient) in module.NamedParameters().Zip(gradients.Skip(1)))
            Assert.That(gradient.ToArray<float>(), Is.EqualTo(Values(byName[name].grad!)).Within(1e-4f), name);
    }
}
