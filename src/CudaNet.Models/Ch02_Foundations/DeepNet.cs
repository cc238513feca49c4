using CudaNet.Nn;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Deep plain networks for looking at their gradients.</summary>
internal static class DeepNet
{
    /// <summary>Units of each layer.</summary>
    public const int Width = 64;

    /// <summary>So many linear layers, each but the last with an activation.</summary>
    /// <param name="depth">Linear layers.</param>
    /// <param name="activation">Behind each.</param>
    /// <param name="init">Weights by shape, with biases of 0; those of a new layer if null.</param>
    /// <param name="random">For the weights of new layers.</param>
    /// <param name="norm">Before each activation; null for none.</param>
    public static Sequential Of(int depth, Func<Module> activation, Func<Shape, Tensor>? init, RandomStream? random, Func<Module>? norm = null)
    {
        var net = new Sequential();
        for (var k = 0; k < depth; k++)
        {
            var layer = new Linear(Width, Width, random: random);
            if (init is not null)
            {
                layer.Weight.Assign(init(layer.Weight.Shape));
                layer.Bias!.Assign(layer.Bias.Value.ZerosLike());
            }
            net.Add(layer);
            if (k == depth - 1) break;
            if (norm is not null) net.Add(norm());
            net.Add(activation());
        }
        return net;
    }

    /// <summary>‖dL/dz‖ for the result z of each linear layer, with L the mean of the squared distance of the outputs from 1.</summary>
    /// <remarks>Not ‖dL/dW‖: there what the gradient gains on its way back is what the values lose on the same way, so that with ReLU a net that
    /// explodes would look healthy.</remarks>
    public static double[] GradientNorms(Module net, Tensor x)
    {
        var sums = new List<Tensor>();
        var loss = (Layer.Observe((layer, _, z) =>
        {
            if (layer is Linear) sums.Add(z);
        }, () => net.Forward(x)) - 1).Square().Mean();
        return [.. Grad.Of(loss, [.. sums]).Select(g => g.Norm().Item())];
    }
}
