using CudaNet.Nn.Optimizers;

namespace CudaNet.Tests.Optimizers;

/// <summary>A step of training on a loss, as users write it.</summary>
internal static class TrainingStep
{
    public static Action Of(Optimizer optimizer, Func<Tensor> objective, bool compiled)
    {
        Tensor Once()
        {
            optimizer.ZeroGrad();
            var loss = objective();
            loss.Backward();
            optimizer.Step();
            return loss;
        }
        if (!compiled) return () => Once();
        var step = Compiled.Of(Once);
        return () => step();
    }
}
