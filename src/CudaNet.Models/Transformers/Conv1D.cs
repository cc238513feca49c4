using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Transformers;

/// <summary>A linear layer whose weight lies as GPT-2's: [in, out].</summary>
internal sealed class Conv1D : Layer
{
    public Conv1D(long inFeatures, long outFeatures, double deviation, RandomStream? random)
    {
        Weight = new(Init.Normal([inFeatures, outFeatures], random, 0, deviation));
        Bias = new(Tensor.Zeros([outFeatures]));
    }

    public Parameter Weight { get; }

    public Parameter Bias { get; }

    protected override Tensor Compute(Tensor x) => x.MatMul(Weight.Value) + Bias.Value;

    public override string ToString() => $"Conv1D({Weight.Shape[0]}, {Weight.Shape[1]})";
}
