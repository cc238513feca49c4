using CudaNet.Ops;
using TorchSharp;

namespace CudaNet.Tests.Catalogue;

internal static partial class TorchTable
{
    private static void AddAttention()
    {
        Add<ScaledDotProductAttention>((op, x) => Attend(op.Rule, x));
        Add<AttentionGrad>((op, x) =>
        {
            var inputs = x.Take(3).Select(input => input.requires_grad ? input : input.detach().requires_grad_(true)).ToArray();
            var result = Attend(op.Rule, [.. inputs, .. x.Skip(3)]);
            var upstream = op.Rule.LogSumExp ? torch.cat([x[op.Rule.Upstream].reshape(-1).to(result.dtype), x[op.Rule.LogUpstream].reshape(-1).to(result.dtype)]) : x[op.Rule.Upstream];
            var gradients = torch.autograd.grad([result], inputs, [upstream], retain_graph: true, create_graph: true);
            return torch.cat([.. gradients.Select(gradient => gradient.reshape(-1))]);
        });
        Add<CachedAttention>((op, x) =>
        {
            // Each sequence by itself, with its own keys gathered.
            var rows = new List<torch.Tensor>();
            for (long b = 0; b < x[0].shape[0]; b++)
            {
                torch.Tensor Rows(torch.Tensor pages) => pages.to(x[0].dtype).index_select(0, x[3][b]).transpose(0, 1).flatten(1, 2).unsqueeze(0);
                torch.Tensor Keys(int input) => x.Length > 5 ? (Rows(x[input]) - QuantizedMatMul.Zero) * Rows(x[input + 4]) : Rows(x[input]);
                var (keys, values, query) = (Keys(1), Keys(2), x[0].narrow(0, b, 1));
                var length = Math.Min(x[4][b].item<int>(), keys.shape[2]);
                rows.Add(length == 0 ? (query * 0).sum(3, keepdim: true).expand(1, query.shape[1], query.shape[2], values.shape[3])
                    : Attend(new(op.Scale, op.Left, 0), [query, keys.narrow(2, 0, length), values.narrow(2, 0, length)]));
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
    private static torch.Tensor Attend(AttentionRule rule, IReadOnlyList<torch.Tensor> x)
    {
        var (query, key, value, type) = (x[0], x[1], x[2], x[0].dtype);
        var wide = type is torch.ScalarType.Float16 or torch.ScalarType.BFloat16 ? torch.ScalarType.Float32 : type;
        (query, key, value) = (query.to(wide), key.to(wide), value.to(wide));
        long group = query.shape[1] / key.shape[1], queries = query.shape[2], keys = key.shape[2];
        var scores = query.matmul(key.repeat_interleave(group, 1).transpose(-2, -1)) * rule.Scale;
        var position = torch.arange(keys - queries, keys).reshape(queries, 1);
        var sees = torch.ones(queries, keys, dtype: torch.ScalarType.Bool);
        if (rule.IsPacked)
        {
            int[] starts = Starts(x[rule.Starts]), keyStarts = Starts(x[rule.Starts + 1]);
            var own = Enumerable.Range(0, (int)queries).Select(row => starts.Skip(1).Count(start => start <= row)).ToArray();
            var ofKey = Enumerable.Range(0, (int)keys).Select(row => keyStarts.Skip(1).Count(start => start <= row)).ToArray();
            sees = torch.tensor(own).reshape(queries, 1).eq(torch.tensor(ofKey));
            position = torch.tensor([.. own.Select((sequence, row) => (long)row + keyStarts[sequence + 1] - starts[sequence + 1])]).reshape(queries, 1);
        }
        var distance = torch.arange(keys) - position;
        if (rule.Left is { } before) sees = sees & distance.ge(-before);
        if (rule.Right is { } behind) sees = sees & distance.le(behind);
        if (rule.BlockSize > 0)
        {
            var blocks = x[rule.Blocks].repeat_interleave(rule.BlockSize, 2).repeat_interleave(rule.BlockSize, 3);
            sees = sees & blocks.narrow(2, 0, queries).narrow(3, 0, keys);
        }
        if (rule.HasBias)
        {
            var bias = x[rule.Bias].to(wide);
            var hidden = bias.eq(double.NegativeInfinity);
            sees = sees & hidden.logical_not();
            scores = scores + torch.where(hidden, torch.zeros_like(bias), bias);
        }
        var low = torch.where(sees, scores, torch.full_like(scores, -1e30));
        var weights = low.softmax(-1) * sees.to(scores.dtype);
        if (rule.Dropout > 0) weights = Dropped(rule, x, weights);
        var result = weights.matmul(value.repeat_interleave(group, 1));
        if (!rule.LogSumExp) return result.to(type);
        var any = sees.expand(scores.shape).any(-1);
        var sums = torch.where(any, low.logsumexp(-1), torch.full_like(low.select(-1, 0), double.NegativeInfinity));
        return torch.cat([result.reshape(-1), sums.reshape(-1)]);
    }

    private static int[] Starts(torch.Tensor x) => x.to(torch.ScalarType.Int32).contiguous().data<int>().ToArray();

    /// <summary>Torch has other random numbers, so the draw is ours.</summary>
    private static torch.Tensor Dropped(AttentionRule rule, IReadOnlyList<torch.Tensor> x, torch.Tensor weights)
    {
        var state = x[rule.Random].contiguous().data<long>();
        var (shape, drawn) = (weights.shape, AttentionRule.DrawnKeys(weights.shape[3]));
        var numbers = new RandomUniform([shape[0], shape[1], shape[2], drawn], DType.Float32).Apply(Tensor.From([state[0], state[1]], [2])).ToArray<float>();
        var kept = torch.tensor(numbers).reshape(shape[0], shape[1], shape[2], drawn).narrow(3, 0, shape[3]).ge(rule.Dropout);
        return weights * kept.to(weights.dtype) / (1 - rule.Dropout);
    }
}
