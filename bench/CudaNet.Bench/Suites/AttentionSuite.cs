using CudaNet.Bench.Measuring;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>Attention, forward and with its gradients: a language model's heads, long and wide ones, shared keys, decoding.</summary>
internal static class AttentionSuite
{
    internal static readonly Suite Suite = new("attention", "scaled dot product attention in f32",
    [
        () => Forward(new Case(1, 12, 12, 1024, 1024, 64)),
        () => Forward(new Case(1, 12, 12, 1024, 1024, 64, Causal: true)),
        () => Forward(new Case(1, 8, 8, 4096, 4096, 128)),
        () => Forward(new Case(1, 8, 8, 4096, 4096, 128, Causal: true)),
        () => Forward(new Case(1, 12, 3, 1024, 1024, 64, Causal: true)),
        () => Forward(new Case(4, 6, 6, 256, 256, 64, Causal: true)),
        () => Forward(new Case(64, 4, 4, 50, 50, 16)),
        () => Forward(new Case(1, 12, 12, 1, 1024, 64)),
        () => Forward(new Case(1, 32, 8, 1, 4096, 128)),
        () => Training(new Case(1, 12, 12, 1024, 1024, 64)),
        () => Training(new Case(1, 12, 12, 1024, 1024, 64, Causal: true)),
        () => Training(new Case(1, 8, 8, 4096, 4096, 128, Causal: true)),
        () => Training(new Case(4, 6, 6, 256, 256, 64, Causal: true)),
        () => Training(new Case(64, 4, 4, 50, 50, 16)),
    ]);

    private readonly record struct Case(int Batch, int Heads, int KeyHeads, int Queries, int Keys, int Depth, bool Causal = false)
    {
        /// <summary>Of one product of queries and keys; half of it for equal lengths with a causal mask, whatever a side computes.</summary>
        internal double ProductFlops => 2.0 * Batch * Heads * Queries * Keys * Depth / (Causal ? 2 : 1);

        internal double QueryElements => (double)Batch * Heads * Queries * Depth;

        internal double KeyElements => (double)Batch * KeyHeads * Keys * Depth;

        public override string ToString() =>
            $"{Batch}x{Heads}x{(Queries == Keys ? $"{Queries}" : $"{Queries}/{Keys}")}x{Depth}{(KeyHeads != Heads ? $" {KeyHeads} key heads" : "")}{(Causal ? " causal" : "")}";

        internal (float[] Values, long[] Shape)[] Inputs(bool upstream)
        {
            long[] query = [Batch, Heads, Queries, Depth], key = [Batch, KeyHeads, Keys, Depth];
            return [.. new[] { query, key, key, query }.Take(upstream ? 4 : 3).Select((shape, k) => (Suites.Inputs.Normal(shape.Aggregate((a, b) => a * b), seed: k), shape))];
        }

        internal OnnxPeer Onnx() => new("Attention", [("is_causal", Causal && Queries == Keys ? 1L : 0L)], Inputs(upstream: false), constants: 0, [Batch, Heads, Queries, Depth]);

        internal Tensor Ours(Tensor q, Tensor k, Tensor v) => q.ScaledDotProductAttention(k, v, causal: Causal);

        internal torch.Tensor Peer(torch.Tensor q, torch.Tensor k, torch.Tensor v)
        {
            if (KeyHeads == Heads)
                return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_casual: Causal);
            // It has no shared keys: they must be repeated.
            using torch.Tensor keys = k.repeat_interleave(Heads / KeyHeads, 1), values = v.repeat_interleave(Heads / KeyHeads, 1);
            return torch.nn.functional.scaled_dot_product_attention(q, keys, values, is_casual: Causal);
        }
    }

    private static Workload Forward(Case shape) =>
        Sides.Create($"forward {shape}", 2 * shape.ProductFlops, 4 * 2 * (shape.QueryElements + shape.KeyElements), shape.Inputs(upstream: false),
            x => shape.Ours(x[0], x[1], x[2]), x => shape.Peer(x[0], x[1], x[2]), onnx: shape.Onnx);

    /// <summary>Forward and backward: two products and five.</summary>
    private static Workload Training(Case shape) =>
        Sides.CreateMany($"with gradients {shape}", 7 * shape.ProductFlops, 4 * (5 * shape.QueryElements + 4 * shape.KeyElements), shape.Inputs(upstream: true),
            x =>
            {
                var result = shape.Ours(x[0], x[1], x[2]);
                return [result, .. Vjp.Of(result, x[3], x[0], x[1], x[2])];
            },
            x => Sides.PeerGradients(x, 3, leaves => shape.Peer(leaves[0], leaves[1], leaves[2])));
}
