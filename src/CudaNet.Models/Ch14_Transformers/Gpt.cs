using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Generation;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Sections 14.13.2 and 14.15.</summary>
internal sealed class GptSystem() : CourseSystem("14.gpt", "GPT: the next token", "A decoder alone, trained to say the next token, writes texts token by token.")
{
    private static readonly Language.GptOptions Small = new() { Vocabulary = 512, Layers = 2, Size = 96, Heads = 4, Context = 64, Batch = 16, Steps = 400, Every = 200, LearningRate = 3e-3 };

    public override void Run(SystemContext context)
    {
        var training = new Language.GptTraining(Small with { Seed = context.Seed }, context.Folder);
        var report = training.Run(context.Cancellation);
        context.Out.WriteLine($"{report.BitsPerByte:F3} bits per byte; order-5 Kneser–Ney {report.ByteGramBits:F3} of bytes, {report.TokenGramBits:F3} of tokens\n{training.Sample(60, "And God")}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var (name, config, count) in new (string, Gpt2Config, long)[] { ("small", Gpt2Config.Small, 124_439_808), ("medium", Gpt2Config.Medium, 354_823_168), ("large", Gpt2Config.Large, 774_030_080), ("XL", Gpt2Config.Xl, 1_557_611_200) })
            yield return Figure.Equal($"parameters of GPT-2 {name}", Model.FromShapes(() => new Gpt2(config)).ParameterCount, count);
        var model = new Gpt2(new(2, 32, 4, 50257, 32), context.Random()).Eval();
        var tokens = context.Random(1).Integers([2, 32], 0, 50257).Realize();
        yield return Figure.Equal("loss of fresh weights", model.LossOf(tokens).Item(), Math.Log(50257), 0.3);
        var cache = new StaticKvCache(model.CacheShape, 2, 32);
        double worst = 0;
        var whole = model.Forward(tokens);
        for (var at = 0; at < 32; at++)
        {
            worst = Math.Max(worst, Differences.Largest(model.Head(model.Hidden(tokens.Narrow(1, at, 1), cache)), whole.Narrow(1, at, 1)));
            cache.Advance(1);
        }
        yield return Figure.AtMost("logits over a cache minus at once", worst, 1e-5);
        var training = new Language.GptTraining(Small with { Seed = context.Seed });
        var bits = training.Run().BitsPerByte;
        int[] Bytes(string text) => [.. System.Text.Encoding.UTF8.GetBytes(text).Select(b => (int)b)];
        double Gram(int order) => new Language.KneserNey(Bytes(training.Corpus.Train), order, 256).Bits(Bytes(training.Corpus.Test)) / training.Corpus.TestBytes;
        yield return Figure.AtMost("bits per byte / those of an order-3 n-gram of bytes", bits / Gram(3), 1);
        yield return Figure.Report("bits per byte", bits);
        yield return Figure.Report("bits per byte of order 3", Gram(3));
        yield return Figure.Report("bits per byte of order 5", Gram(5));
    }
}

/// <summary>Section 14.16.7.</summary>
internal sealed class DistilBert() : CourseSystem("14.distilbert", "Distillation: a small model learns from a large one", "40 % fewer parameters with 97 % of the performance, by learning from the larger model's probabilities.")
{
    private const int Words = 24, Length = 16;
    private const double Temperature = 2;

    public override void Run(SystemContext context) => ToyText.Show(context, Check(context));

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        double small = Model.FromShapes(() => new Bert(BertConfig.DistilBert)).ParameterCount, large = Model.FromShapes(() => new Bert(BertConfig.Base)).ParameterCount;
        yield return Figure.Equal("parameters of DistilBERT", small, 66_362_880);
        yield return Figure.Equal("parameters that are saved", 1 - small / large, 0.4, 0.01);
        var logits = context.Random(9).Normal([6, 10]).Realize();
        yield return Figure.AtMost("a student that is its teacher: gradient", Grad.Of(Soft(logits, Tensor.From(logits.ToArray<float>(), logits.Shape)), logits).Abs().Max().Item(), 1e-6);
        var chain = Chain(context);
        Gpt2 teacher = new(new(2, 48, 4, Words, Length, 0), context.Random());
        var random = context.Random(1);
        Learn.Steps(new AdamW(teacher.Parameters(), 3e-3), 400, _ => [Texts(chain, random, 64)], x => teacher.LossOf(x[0]), new CosineSchedule(400, 30, 0.02));
        teacher.Eval();
        // Few texts: what the teacher says of them tells more than they do themselves.
        var few = Texts(chain, context.Random(2), 48);
        Tensor said = teacher.Forward(few.Narrow(1, 0, Length)).Realize(), test = Texts(chain, context.Random(3), 500);
        double Student(bool distilled)
        {
            var student = new Gpt2(new(1, 24, 2, Words, Length, 0), context.Random(4));
            Learn.Steps(new AdamW(student.Parameters(), 3e-3), 400, () => distilled ? Soft(student.Forward(few.Narrow(1, 0, Length)).Flatten(0, 1), said.Flatten(0, 1)) : student.LossOf(few), new CosineSchedule(400, 30, 0.02));
            return ((CausalModel)student.Eval()).LossOf(test).Item();
        }
        double with = Student(true), without = Student(false);
        yield return Figure.AtLeast("held-out loss without distillation minus with", without - with, 0);
        yield return Figure.Report("held-out loss with distillation", with);
        yield return Figure.Report("held-out loss of the teacher", teacher.LossOf(test).Item());
    }

    /// <summary>Divergence of the student's softened probabilities from the teacher's, times T².</summary>
    private static Tensor Soft(Tensor student, Tensor teacher) =>
        Loss.KlDiv((student / Temperature).LogSoftmax(-1), (teacher / Temperature).Softmax(), LossReduction.BatchMean) * (Temperature * Temperature);

    /// <summary>Probabilities of the next word behind each word: four likely ones.</summary>
    private static Tensor Chain(SystemContext context) => (context.Random(8).Normal([Words, Words]) * 2).Softmax().Realize();

    private static Tensor Texts(Tensor chain, RandomStream random, long count)
    {
        var columns = new List<Tensor> { random.Integers([count], 0, Words) };
        while (columns.Count <= Length) columns.Add(random.Categorical(chain.Take(columns[^1], 0)));
        return Tensor.Stack([.. columns], 1).Realize();
    }
}
