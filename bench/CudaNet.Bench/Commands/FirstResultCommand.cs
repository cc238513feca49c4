using System.CommandLine;
using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Bench.Commands;

/// <summary><c>first-result</c>: the least that a program does with a library, for the time of its start.</summary>
internal static class FirstResultCommand
{
    internal static Command Create()
    {
        var peer = new Option<bool>("--peer");
        var command = new Command("first-result", "Compute one small product and end.") { peer };
        command.Hidden = true;
        command.SetAction(result => result.GetValue(peer) ? Peer() : Ours());
        return command;
    }

    /// <summary>Runs it in a process of its own.</summary>
    internal static void RunChild(bool peer)
    {
        if (ChildProcess.Run(peer ? ["first-result", "--peer"] : ["first-result"], keptHeap: false) != 0)
            throw new InvalidOperationException("first-result failed.");
    }

    private static int Ours() => Tensor.Ones([8, 8]).MatMul(Tensor.Ones([8, 8])).Sum().Item() == 512 ? 0 : 1;

    private static int Peer()
    {
        if (TorchLoader.Problem is not null)
            return 1;
        using torch.Tensor ones = torch.ones(8, 8), product = ones.matmul(ones), sum = product.sum();
        return sum.item<float>() == 512 ? 0 : 1;
    }
}
