using CudaNet.Nn.Optimizers;
using TorchSharp;

namespace CudaNet.Tests;

/// <summary>L-BFGS on a quadratic and on a convex function that is none gives torch's points.</summary>
public sealed class LbfgsTests
{
    [TestCase(true)]
    [TestCase(false)]
    public void Ten_steps_of_LBFGS_give_the_same_points(bool curved)
    {
        double[] start = [0.3, -0.7, 1.1];
        var w = new Parameter(Tensor.From(start), "w");
        using var peer = new TorchSharp.Modules.Parameter(torch.tensor(start));
        var ours = new Lbfgs([w], 0.5, maxIterations: 3, maxEvaluations: 100);
        using var theirs = torch.optim.LBFGS([peer], 0.5, max_iter: 3, max_eval: 100);
        for (var step = 0; step < 10; step++)
        {
            ours.Step(() => curved ? w.Value.Square().Sum() + (w.Value * 0.7).Exp().Sum() : (w.Value * Tensor.From(1.0, 2, 5)).Square().Sum());
            theirs.step(() =>
            {
                theirs.zero_grad();
                var loss = curved ? peer.square().sum() + (peer * 0.7).exp().sum() : (peer * torch.tensor(new double[] { 1, 2, 5 })).square().sum();
                loss.backward();
                return loss;
            });
            Assert.That(w.Value.ToArray<double>(), Is.EqualTo(peer.detach().data<double>().ToArray()).Within(1e-8), $"step {step}");
        }
    }
}
