using CudaNet.Nn;
using CudaNet.Nn.Generation;

namespace CudaNet.Models.Language;

/// <summary>The mean loss of each window, [batch, 1]: of all its tokens in training, of its second half in evaluation, where each token has half a
/// window before it at least.</summary>
internal sealed class GptObjective(CausalModel model) : Module
{
    [StateName("")] private CausalModel Model { get; } = model;

    public override Tensor Forward(Tensor x)
    {
        long batch = x.Shape[0], length = x.Shape[1] - 1;
        var first = IsTraining ? 0 : length / 2;
        var hidden = Model.Hidden(x.Narrow(1, 0, length)).Narrow(1, first, length - first);
        var losses = Loss.CrossEntropy(Model.Head(hidden).Flatten(0, 1), x.Narrow(1, 1 + first, length - first).Flatten(), LossReduction.None);
        return losses.Reshape(batch, length - first).Mean(1, keepDims: true);
    }

    public override string ToString() => Model.ToString();
}
