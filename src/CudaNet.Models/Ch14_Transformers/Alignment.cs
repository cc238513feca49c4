using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Sections 14.15.5 and 14.16.3. People rank answers; a reward model learns from pairs (Bradley and Terry 1952).</summary>
internal sealed class Rlhf() : CourseSystem("14.rlhf", "Learning from preferences: reward model, PPO, DPO", "A reward model learns which of two answers is liked better, and the policy is trained for its reward without leaving the reference.")
{
    private const int Words = 8, Length = 6, Liked = 3, Disliked = 5;
    private const double Beta = 0.2, Bound = 6;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var reference = new Gpt2(new(1, 32, 2, Words + 1, Length + 1, 0), context.Random()).Eval();
        var random = context.Random(1);
        Tensor first = Draw(reference, random, 1500), second = Draw(reference, random, 1500);
        // Pairs in which one is better; the better one first.
        var better = (Reward(first) - Reward(second)).Realize();
        var kept = better.Ne(0).NonZero().Squeeze(1).Realize();
        Tensor swap = (better < 0).Unsqueeze(1).ExpandTo(first.Shape), win = swap.Where(second, first).Take(kept, 0).Realize(), lose = swap.Where(first, second).Take(kept, 0).Realize();
        var train = win.Shape[0] * 4 / 5;
        var judge = new BertClassifier(new Bert(new(1, 32, 2, 64, Words + 1, Length + 1, 0, 0) { Pooler = false }, context.Random(2)), 1, random: context.Random(2));
        Tensor Score(Tensor texts) => judge.Forward(texts).Squeeze(1);
        Tensor Some(Tensor x, int k) => x.Narrow(0, k * 64 % (train - 64), 64).Realize();
        Learn.Steps(new AdamW(judge.Parameters(), 3e-3), 250, k => [Some(win, k), Some(lose, k)], x => -(Score(x[0]) - Score(x[1])).LogSigmoid().Mean());
        judge.Eval();
        var held = win.Shape[0] - train;
        yield return Figure.AtLeast("reward model: held-out pairs that are ranked right", (Score(win.Narrow(0, train, held)) > Score(lose.Narrow(0, train, held))).To(DType.Float64).Mean().Item(), 0.95);
        var start = Reward(Draw(reference, context.Random(3), 1000)).Mean().Item();
        foreach (var (name, policy) in new (string, Gpt2)[] { ("PPO", Ppo(context, reference, Score)), ("DPO", Dpo(context, reference, win, lose)) })
        {
            var texts = Draw(policy, context.Random(4), 1000);
            yield return Figure.AtLeast($"{name}: gain of the true reward", Reward(texts).Mean().Item() - start, 1);
            yield return Figure.AtMost($"{name}: divergence from the reference in nats a text", (LogProbability(policy, texts) - LogProbability(reference, texts)).Mean().Item(), Bound);
        }
        yield return Figure.Report("true reward of the reference", start);
    }

    private static Tensor Reward(Tensor texts) => (texts.Eq(Liked).Sum(1) - texts.Eq(Disliked).Sum(1)).To(DType.Float32);

    /// <summary>Texts behind the start word, [count, 1 + length].</summary>
    private static Tensor Draw(Gpt2 policy, RandomStream random, long count)
    {
        var texts = Tensor.Full([count, 1], Words, DType.Int64);
        for (var k = 0; k < Length; k++)
        {
            var logits = policy.Forward(texts).Select(1, k).Narrow(1, 0, Words);
            texts = Tensor.Concat([texts, random.Categorical(logits.Softmax()).Unsqueeze(1)], 1).Realize();
        }
        return texts;
    }

    /// <summary>Logarithm of the probability of each text.</summary>
    private static Tensor LogProbability(Gpt2 policy, Tensor texts) =>
        policy.Forward(texts.Narrow(1, 0, Length)).Narrow(2, 0, Words).LogSoftmax(-1).Gather(texts.Narrow(1, 1, Length).Unsqueeze(2), 2).Squeeze(2).Sum(1);

    private static Gpt2 Copy(SystemContext context, Gpt2 reference)
    {
        var policy = new Gpt2(reference.Config, context.Random(5));
        policy.LoadStateDict(reference.StateDict());
        return policy;
    }

    /// <summary>Schulman et al. 2017, with the divergence from the reference in the reward as in Ouyang et al. 2022.</summary>
    private static Gpt2 Ppo(SystemContext context, Gpt2 reference, Func<Tensor, Tensor> score)
    {
        var policy = Copy(context, reference);
        var random = context.Random(6);
        Tensor texts = null!, old = null!, advantage = null!;
        Learn.Steps(new AdamW(policy.Parameters(), 2e-3), 200, k =>
        {
            // Four steps on each draw.
            if (k % 4 == 0)
            {
                texts = Draw(policy, random, 128);
                old = Tensor.From(LogProbability(policy, texts).ToArray<float>(), [128]);
                var reward = (score(texts) - (old - LogProbability(reference, texts)) * Beta).Detach();
                var values = ((reward - reward.Mean()) / (reward.Std() + 1e-6)).ToArray<float>();
                advantage = Tensor.From(values, [128]);
            }
            return [texts, old, advantage];
        }, x =>
        {
            var ratio = (LogProbability(policy, x[0]) - x[1]).Exp();
            return -(ratio * x[2]).Minimum(ratio.Clamp(0.8, 1.2) * x[2]).Mean();
        });
        return policy;
    }

    /// <summary>Rafailov et al. 2023: the policy is its own reward model.</summary>
    private static Gpt2 Dpo(SystemContext context, Gpt2 reference, Tensor win, Tensor lose)
    {
        var policy = Copy(context, reference);
        Tensor Fixed(Tensor texts) => Tensor.From(LogProbability(reference, texts).ToArray<float>(), [texts.Shape[0]]);
        Tensor a = Fixed(win), b = Fixed(lose);
        Learn.Steps(new AdamW(policy.Parameters(), 1e-3), 100, k =>
        {
            var from = k * 64 % (win.Shape[0] - 64);
            return [.. new[] { win, lose, a, b }.Select(x => x.Narrow(0, from, 64).Realize())];
        }, x => -((LogProbability(policy, x[0]) - x[2] - LogProbability(policy, x[1]) + x[3]) * Beta).LogSigmoid().Mean());
        return policy;
    }
}

/// <summary>Section 14.16.5.</summary>
internal sealed class SparseMoe() : CourseSystem("14.sparse-moe", "Mixture of experts with a router", "Only the modules that are needed are active; a router chooses them.")
{
    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        var x = random.Normal([32, 16]).Realize();
        var all = new SparseExperts(16, 24, 4, 4, random: random);
        var gates = all.Gate.Forward(x).Softmax();
        var dense = Enumerable.Range(0, 4).Select(e => all.Experts[e].Forward(x) * gates.Narrow(1, e, 1)).Aggregate((a, b) => a + b);
        yield return Figure.AtMost("all of four experts minus the dense mixture", Differences.Largest(all.Forward(x), dense), 1e-6);
        static double Work(int experts, int topK)
        {
            var layer = new SparseExperts(64, 128, experts, topK, capacityFactor: 1, random: new(1));
            return Compiled.PlanOf(rows => [layer.Forward(rows[0])], Tensor.Zeros([256, 64]).Realize()).Steps.Sum(step => (double)step.Flops);
        }
        yield return Figure.AtMost("operations of 2 of 16 experts / 2 of 8", Work(16, 2) / Work(8, 2), 1.15);
        yield return Figure.Equal("operations of 4 of 8 experts / 2 of 8", Work(8, 4) / Work(8, 2), 2, 0.25);
        var narrow = new SparseExperts(16, 24, 4, 2, capacityFactor: 0.5, random: random).Route(x).Routing;
        yield return Figure.AtLeast("half of the places that are needed: choices that are dropped, of 64", narrow.Dropped.Item(), 32);
        double[] with = Usage(context, 0.1), without = Usage(context, 0);
        yield return Figure.AtMost("greatest use of an expert / even use, with the balance loss", with.Max() * with.Length, 1.5);
        yield return Figure.AtLeast("the same without / with", without.Max() / with.Max(), 1);
    }

    /// <summary>Use of eight experts after training on a task whose inputs are alike, from a router that begins with favourites.</summary>
    private static double[] Usage(SystemContext context, double weight)
    {
        var random = context.Random(1);
        var layer = new SparseExperts(16, 16, 8, 2, random: random);
        layer.Gate.Weight.Assign((layer.Gate.Weight.Value * 4).Realize());
        Tensor x = (random.Normal([256, 16]) * 0.5 + 1).Realize(), y = (x.Sin() * 2).Realize();
        Learn.Steps(new AdamW(layer.Parameters(), 5e-3), 200, () =>
        {
            var (output, routing) = layer.Route(x);
            return Loss.Mse(output, y) + routing.BalanceLoss * weight;
        });
        return layer.Route(x).Routing.Usage.ToDoubles();
    }
}
