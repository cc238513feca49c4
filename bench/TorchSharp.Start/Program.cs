using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Start;

/// <summary>What the start of a program costs with TorchSharp: it computes a product.</summary>
internal static class Program
{
    private static int Main()
    {
        if (TorchLoader.Problem is { } problem)
        {
            Console.Error.WriteLine(problem);
            return 1;
        }
        using torch.Tensor ones = torch.ones(8, 8), product = ones.matmul(ones), sum = product.sum();
        return sum.item<float>() == 512 ? 0 : 1;
    }
}
