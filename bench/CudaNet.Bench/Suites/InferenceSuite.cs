using CudaNet.Bench.Measuring;
using CudaNet.Bench.Models;
using CudaNet.Execution;
using CudaNet.Models.Transformers;
using CudaNet.Models.Vision;
using CudaNet.Nn;
using CudaNet.Nn.Generation;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>Published models of their full sizes, with weights drawn at random: an image, a text, and a text continued token by token.</summary>
internal static class InferenceSuite
{
    private const int PromptTokens = 16, NewTokens = 32;

    internal static readonly Suite Suite = new("inference", "whole models in f32, one image or text",
    [
        () => Create("ResNet-50, 224x224", ResNet.Resnet50(), Tensor.From(Inputs.Normal(3 * 224 * 224, seed: 1), [1, 3, 224, 224]), [1, 1000], (w, x) => TorchImageModels.ResNet(w, x, [3, 4, 6, 3], smallImages: false)),
        () => Create("BERT-base, 128 tokens", new Bert(BertConfig.Base), Tensor.From(Inputs.Labels(128, BertConfig.Base.Vocabulary, seed: 1), [1, 128]), [1, 128, BertConfig.Base.Size],
            (w, x) => TorchTextModels.Bert(w, x, BertConfig.Base.Layers, (int)BertConfig.Base.Heads, BertConfig.Base.Epsilon)),
        Decode,
    ]);

    private static Workload Create(string name, Module ours, Tensor x, long[] output, Func<TorchWeights, torch.Tensor, torch.Tensor> peer)
    {
        ours.Eval();
        var weights = new TorchWeights(ours);
        var peerX = x.DType == DType.Int64 ? torch.tensor(x.ToArray<long>(), x.Shape.ToArray()) : torch.tensor(x.ToArray<float>(), x.Shape.ToArray());
        var runtime = OnnxPeer.Of(ours, x, output);
        var compiled = Compiled.Of((Tensor input) => ours.Forward(input));
        torch.Tensor Peer()
        {
            using var mode = torch.inference_mode();
            using var scope = torch.NewDisposeScope();
            return peer(weights, peerX).MoveToOuterDisposeScope();
        }
        return new Workload
        {
            Name = name,
            Flops = Plan.Of(ours.Forward(x)).Steps.Sum(step => (double)step.Flops),
            Bytes = 4.0 * ours.ParameterCount,
            Ours = () => compiled(x).Dispose(),
            Peer = () => Peer().Dispose(),
            Others = [(OnnxPeer.Name, runtime.Run)],
            Disagreement = () =>
            {
                using var expected = Peer();
                runtime.Run();
                var result = compiled(x).ToArray<float>();
                return Math.Max(Statistics.Disagreement(result, Inputs.FromTorch(expected)), Statistics.Disagreement(result, runtime.Result));
            },
            Release = () =>
            {
                x.Dispose();
                peerX.Dispose();
                weights.Dispose();
                runtime.Dispose();
            },
        };
    }

    /// <summary>GPT-2 124M: a prompt, then the likeliest token again and again over a cache.</summary>
    private static Workload Decode()
    {
        var config = Gpt2Config.Small;
        var (heads, most) = ((int)config.Heads, PromptTokens + NewTokens);
        var ours = new Gpt2(config);
        var weights = new TorchWeights(ours, transposed: TorchTextModels.IsTransposed);
        var generator = new Generator(ours);
        var prompt = Inputs.Labels(PromptTokens, config.Vocabulary, seed: 1);
        var options = new GenerationOptions { MaxTokens = NewTokens, Temperature = 0 };
        var cache = Enumerable.Range(0, config.Layers).Select(_ => (Keys: torch.zeros(1, heads, most, config.Size / heads), Values: torch.zeros(1, heads, most, config.Size / heads))).ToArray();
        long[] Peer()
        {
            using var mode = torch.inference_mode();
            var tokens = new long[NewTokens];
            var seen = 0L;
            var next = prompt;
            for (var k = 0; k < NewTokens; k++)
            {
                using var scope = torch.NewDisposeScope();
                var logits = TorchTextModels.Gpt2Step(weights, torch.tensor(next, [1, next.Length]), cache, seen, heads);
                seen += next.Length;
                tokens[k] = logits.argmax().item<long>();
                next = [tokens[k]];
            }
            return tokens;
        }
        // Each token reads all weights but the tables of positions and, of tokens, the head once.
        var read = ours.ParameterCount - config.Positions * config.Size;
        return new Workload
        {
            Name = $"GPT-2 124M, {NewTokens} tokens behind {PromptTokens}, cached",
            Flops = 2.0 * read * (PromptTokens + NewTokens - 1),
            Bytes = 4.0 * read * NewTokens,
            Ours = () => generator.Generate(prompt, options),
            Peer = () => Peer(),
            // The share of tokens that differ: behind the first difference all may.
            Tolerance = 0,
            Disagreement = () => generator.Generate(prompt, options).Zip(Peer(), (a, b) => a == b ? 0.0 : 1.0).Average(),
            Release = () =>
            {
                weights.Dispose();
                foreach (var (keys, values) in cache)
                {
                    keys.Dispose();
                    values.Dispose();
                }
            },
        };
    }
}
