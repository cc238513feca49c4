using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Onnx;

namespace CudaNet.Tests;

/// <summary>Published models, once <c>tools/data/fetch-models.cs</c> has fetched them, against ONNX Runtime.</summary>
public sealed class RealModelTests
{
    private static readonly string[] Sentences =
    [
        .. from who in new[] { "A man", "My sister", "The old engineer", "Nobody", "A group of children" }
           from what in new[]
           {
               "is eating a meal.", "reads the newspaper every morning!", "forgot (again) to lock the door…", "plays the violin in Zürich", "thinks that 3.14159 is close to pi",
               "was unbelievably, incomprehensibly late", "went to the café, then to the theatre", "says: \"hello, world\"", "bought stocks before the market fell sharply", "crossed the river by boat, and, although the weather had turned and the others had long given up hope, reached the far side",
           }
           select $"{who} {what}",
    ];

    private static string Find(params string[] parts)
    {
        try
        {
            return ModelFolder.Find(parts);
        }
        catch (FileNotFoundException e)
        {
            Assert.Ignore(e.Message);
            throw;
        }
    }

    private static void Compare(string path, Dictionary<string, Tensor> inputs, double tolerance)
    {
        var model = OnnxModel.Load(path);
        var ours = model.Run(inputs);
        using var runtime = new Runtime(path);
        foreach (var (name, expected) in runtime.Run(inputs))
        {
            float[] actual = ours[name].ToArray<float>();
            Assert.That(actual, Has.Length.EqualTo(expected.Length), name);
            double worst = actual.Zip(expected, (a, b) => Math.Abs(a - b) / Math.Max(1, Math.Abs(b))).Max();
            TestContext.Out.WriteLine($"{Path.GetFileName(path)} {name} {ours[name].Shape}: largest difference {worst:G3}, values {expected.Min():G4} … {expected.Max():G4}");
            Assert.That(worst, Is.LessThanOrEqualTo(tolerance), name);
        }
    }

    [Test]
    public void Sentence_vectors_of_MiniLM_are_those_of_ONNX_Runtime()
    {
        string path = Find("minilm", "model.onnx");
        var encoder = SentenceEncoder.Load();
        using var runtime = new Runtime(path);
        Assert.That(Sentences, Has.Length.EqualTo(50));
        double worst = 0;
        foreach (var batch in Sentences.Chunk(10))
        {
            var inputs = encoder.Inputs(batch);
            float[] hidden = runtime.Run(inputs)[encoder.Model.Outputs[0].Name];
            long[] mask = inputs["attention_mask"].ToArray<long>();
            int length = mask.Length / batch.Length, size = hidden.Length / mask.Length;
            float[] ours = encoder.Encode(batch).ToArray<float>();
            for (int row = 0; row < batch.Length; row++)
            {
                double[] mean = [.. Enumerable.Range(0, size).Select(k => Enumerable.Range(0, length).Sum(t => mask[row * length + t] * (double)hidden[(row * length + t) * size + k]))];
                double norm = Math.Sqrt(mean.Sum(value => value * value));
                worst = Math.Max(worst, mean.Select((value, k) => Math.Abs(value / norm - ours[row * size + k])).Max());
            }
        }
        TestContext.Out.WriteLine($"50 sentences: largest difference {worst:G3}");
        Assert.That(worst, Is.LessThan(1e-4));
    }

    [Test]
    public void MiniLM_runs_through_our_BERT()
    {
        string path = Find("minilm", "model.onnx");
        var encoder = SentenceEncoder.Load();
        var weights = encoder.Model.PyTorchStateDict();
        var bert = new Bert(new BertConfig(Layers: 6, Size: 384, Heads: 12, Hidden: 1536)).Eval();
        // The mean of the tokens takes the place of the pooler, whose weights the file does have.
        bert.LoadStateDict(weights.ToDictionary(entry => entry.Key, entry => entry.Value), strict: false);
        Assert.That(bert.StateDict().Keys.Except(weights.Keys), Is.Empty, "every weight comes from the file");
        using var runtime = new Runtime(path);
        double worst = 0;
        foreach (var batch in Sentences.Chunk(10))
        {
            var inputs = encoder.Inputs(batch);
            float[] theirs = runtime.Run(inputs)[encoder.Model.Outputs[0].Name];
            float[] ours = bert.Forward(inputs["input_ids"], inputs["attention_mask"].Eq(0), inputs["token_type_ids"]).ToArray<float>();
            long[] mask = inputs["attention_mask"].ToArray<long>();
            // Rows of padding are nobody's business.
            worst = Math.Max(worst, ours.Select((value, k) => mask[k / 384] == 0 ? 0 : Math.Abs(value - theirs[k])).Max());
        }
        TestContext.Out.WriteLine($"50 sentences: largest difference of a token's row {worst:G3}");
        Assert.That(worst, Is.LessThan(1e-4));
    }

    [Test]
    public void Sentences_are_ranked_by_their_meaning()
    {
        Find("minilm", "model.onnx");
        string[] sentences = ["The stock market fell sharply today.", "A man is eating a meal.", "Dogs bark at night."];
        var ranked = SentenceEncoder.Load().Rank("A man is eating food.", sentences);
        Assert.That(ranked[0].Index, Is.EqualTo(1));
        Assert.That(ranked[0].Similarity, Is.EqualTo(0.9262).Within(1e-3));
        Assert.That(ranked[1].Similarity, Is.LessThan(0.2));
    }

    [Test]
    public void Features_of_ResNet18_are_those_of_ONNX_Runtime() =>
        Compare(Find("resnet18", "ResNet18.onnx"), new() { ["Input247"] = Tensor.Rand([1, 3, 224, 224], seed: 1) * 255 }, 1e-4);

    [TestCase("ch_ppocr_mobile_v2.0_cls_infer.onnx", 48, 192)]
    [TestCase("ch_PP-OCRv4_rec_infer.onnx", 48, 160)]
    [TestCase("ch_PP-OCRv4_det_infer.onnx", 96, 64)]
    public void Networks_that_read_text_are_those_of_ONNX_Runtime(string file, int height, int width) =>
        Compare(Find("ocr", file), new() { ["x"] = Tensor.Rand([1, 3, height, width], seed: 2) * 2 - 1 }, 1e-4);

    [Test]
    public void A_recurrent_network_that_hears_speech_is_that_of_ONNX_Runtime()
    {
        // The whole network lies in a branch that the sampling rate chooses: its form depends on an input.
        string path = Find("vad", "silero_vad_v5.onnx");
        var model = OnnxModel.Load(path);
        using var runtime = new Runtime(path);
        var (state, theirState) = (Tensor.Zeros([2, 1, 128]), Tensor.Zeros([2, 1, 128]));
        for (int chunk = 0; chunk < 5; chunk++)
        {
            var sound = (Tensor.Arange(0, 576).To(DType.Float32) * (0.05 + 0.02 * chunk)).Sin().Reshape([1, 576]) * 0.5;
            var inputs = new Dictionary<string, Tensor> { ["input"] = sound, ["state"] = state, ["sr"] = Tensor.Scalar(16_000L) };
            var ours = model.Run(inputs);
            inputs["state"] = theirState;
            var theirs = runtime.Run(inputs);
            Assert.That(ours["output"].ToArray<float>(), Is.EqualTo(theirs["output"]).Within(1e-4), $"chunk {chunk}");
            Assert.That(ours["stateN"].ToArray<float>(), Is.EqualTo(theirs["stateN"]).Within(1e-4), $"chunk {chunk}");
            (state, theirState) = (ours["stateN"], Tensor.From(theirs["stateN"], [2, 1, 128]));
        }
    }
}
