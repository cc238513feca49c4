using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddAttention()
    {
        Add<ScaledDotProductAttention>((op, x) => Attend(x[0], x[1], x[2], x.ElementAtOrDefault(3), op.Scale, op.Left, op.Right));
        Add<AttentionGrad>((op, x) =>
        {
            var inputs = x.Take(3).Select(input => input.requires_grad ? input : input.detach().requires_grad_(true)).ToArray();
            var result = Attend(inputs[0], inputs[1], inputs[2], x.ElementAtOrDefault(4), op.Scale, op.Left, op.Right);
            var gradients = torch.autograd.grad([result], inputs, [x[3]], retain_graph: true, create_graph: true);
            return torch.cat([.. gradients.Select(gradient => gradient.reshape(-1))]);
        });
        Add<CachedAttention>((op, x) =>
        {
            // Each sequence by itself, with its own keys gathered.
            var rows = new List<torch.Tensor>();
            for (long b = 0; b < x[0].shape[0]; b++)
            {
                torch.Tensor Keys(torch.Tensor pages) => pages.index_select(0, x[3][b]).transpose(0, 1).flatten(1, 2).unsqueeze(0);
                var (keys, values, query) = (Keys(x[1]), Keys(x[2]), x[0].narrow(0, b, 1));
                var length = Math.Min(x[4][b].item<int>(), keys.shape[2]);
                rows.Add(length == 0 ? (query * 0).sum(3, keepdim: true).expand(1, query.shape[1], query.shape[2], values.shape[3])
                    : Attend(query, keys.narrow(2, 0, length), values.narrow(2, 0, length), null, op.Scale, op.Left, 0));
            }
            return torch.cat([.. rows]);
        });
        Add<RotaryEmbedding>((op, x) =>
        {
            var (rows, pairs, type) = (x[0].to(x[1].dtype), x[1].shape[1], x[0].dtype);
            var turned = rows.narrow(3, 0, 2 * pairs);
            var (a, b) = op.Interleaved
                ? (turned.slice(3, 0, 2 * pairs, 2), turned.slice(3, 1, 2 * pairs, 2))
                : (turned.narrow(3, 0, pairs), turned.narrow(3, pairs, pairs));
            torch.Tensor first = a * x[1] - b * x[2], second = a * x[2] + b * x[1];
            turned = op.Interleaved ? torch.stack([first, second], 4).flatten(3) : torch.cat([first, second], 3);
            return torch.cat([turned, rows.narrow(3, 2 * pairs, rows.shape[3] - 2 * pairs)], 3).to(type);
        });
    }

    /// <summary>Torch's own aligns a causal mask at the beginnings and gives NaN where a query sees no key, so it is put together.</summary>
    private static torch.Tensor Attend(torch.Tensor query, torch.Tensor key, torch.Tensor value, torch.Tensor? bias, double scale, long? left, long? right)
    {
        var type = query.dtype;
        if (type is torch.ScalarType.Float16 or torch.ScalarType.BFloat16) (query, key, value, bias) = (query.@float(), key.@float(), value.@float(), bias?.@float());
        long group = query.shape[1] / key.shape[1], queries = query.shape[2], keys = key.shape[2];
        var scores = query.matmul(key.repeat_interleave(group, 1).transpose(-2, -1)) * scale;
        var distance = torch.arange(keys) - torch.arange(keys - queries, keys).reshape(queries, 1);
        var sees = torch.ones_like(distance, dtype: torch.ScalarType.Bool);
        if (left is { } before) sees = sees & distance.ge(-before);
        if (right is { } behind) sees = sees & distance.le(behind);
        if (bias is not null)
        {
            var hidden = bias.eq(double.NegativeInfinity);
            sees = sees & hidden.logical_not();
            scores = scores + torch.where(hidden, torch.zeros_like(bias), bias);
        }
        var weights = torch.where(sees, scores, torch.full_like(scores, -1e30)).softmax(-1) * sees.to(scores.dtype);
        return weights.matmul(value.repeat_interleave(group, 1)).to(type);
    }
}
