using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Transformers;

/// <summary>First weights that the models share.</summary>
internal static class FirstWeights
{
    /// <summary>Matrices of linear layers and tables normal with one deviation, biases zero (BERT, GPT-2, Llama, ViT).</summary>
    public static void Normal(Module model, double deviation, RandomStream? random)
    {
        foreach (var (_, module) in model.NamedModules())
        {
            if (module is Linear linear)
            {
                linear.Weight.Assign(Init.Normal(linear.Weight.Shape, random, 0, deviation));
                linear.Bias?.Assign(Tensor.Zeros(linear.Bias.Shape));
            }
            else if (module is Embedding table) table.Weight.Assign(Init.Normal(table.Weight.Shape, random, 0, deviation));
        }
    }
}
