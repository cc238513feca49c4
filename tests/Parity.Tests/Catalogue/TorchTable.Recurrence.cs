using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    // Torch's networks do not give their gates; they are compared as modules. Here a step is put together from torch's functions.
    private static void AddRecurrence()
    {
        Add<LstmSequence>((op, x) => Steps(x, 3, 4, op.Reverse, [x[1], x[2]], (a, p, s) =>
        {
            var gates = (a + p).chunk(4, 1);
            var (i, f, g, o) = (gates[0].sigmoid(), gates[1].sigmoid(), gates[2].tanh(), gates[3].sigmoid());
            var c = f * s[1] + i * g;
            return [o * c.tanh(), c, i, f, g, o];
        }));
        Add<GruSequence>((op, x) => Steps(x, 2, 4, op.Reverse, [x[1]], (a, p, s) =>
        {
            var (given, product) = (a.chunk(3, 1), p.chunk(3, 1));
            var (r, z, m) = ((given[0] + product[0]).sigmoid(), (given[1] + product[1]).sigmoid(), product[2] + x[3].to(p.dtype));
            var n = (given[2] + r * m).tanh();
            return [(1 - z) * n + z * s[0], r, z, n, m];
        }));
        Add<RnnSequence>((op, x) => Steps(x, 2, 3, op.Reverse, [x[1]], (a, p, _) => [op.Nonlinearity switch
        {
            RecurrentNonlinearity.Tanh => (a + p).tanh(),
            RecurrentNonlinearity.Relu => (a + p).relu(),
            _ => a + p,
        }]).squeeze(0));
    }

    /// <summary>Step by step; half types in single precision, as ours.</summary>
    /// <param name="x">The inputs of the op.</param>
    /// <param name="weight">Place of the weight among them.</param>
    /// <param name="lengths">Place of the lengths, if they are there.</param>
    /// <param name="reverse">From the end.</param>
    /// <param name="states">Before the first step.</param>
    /// <param name="step">From what is given, the state times the weight, and the states, to all that is kept, new states first.</param>
    private static torch.Tensor Steps(torch.Tensor[] x, int weight, int lengths, bool reverse, torch.Tensor[] states, Func<torch.Tensor, torch.Tensor, torch.Tensor[], torch.Tensor[]> step)
    {
        var type = x[0].dtype is torch.ScalarType.Float16 or torch.ScalarType.BFloat16 ? torch.ScalarType.Float32 : x[0].dtype;
        states = [.. states.Select(state => state.to(type))];
        var kept = new torch.Tensor[x[0].shape[0]];
        for (var s = 0; s < kept.Length; s++)
        {
            var t = reverse ? kept.Length - 1 - s : s;
            var next = step(x[0].select(0, t).to(type), states[0].matmul(x[weight].to(type).t()), states);
            if (x.Length > lengths)
            {
                var within = x[lengths].gt(t).unsqueeze(1);
                for (var k = 0; k < next.Length; k++) next[k] = torch.where(within, next[k], k < states.Length ? states[k] : torch.zeros_like(next[k]));
            }
            states = next[..states.Length];
            kept[t] = torch.stack(next, 0);
        }
        return torch.stack(kept, 1).to(x[0].dtype);
    }
}
