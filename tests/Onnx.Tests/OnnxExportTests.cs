using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Onnx;

namespace CudaNet.Tests;

/// <summary>What is exported gives in ONNX Runtime, and read back by us, what it gives here.</summary>
public sealed class OnnxExportTests
{
    private static IEnumerable<TestCaseData> Modules()
    {
        static TestCaseData Case(string name, Module module, params long[] shape) => new TestCaseData(module, new Shape(shape)).SetArgDisplayNames(name);
        yield return Case("perceptron", new Sequential(new Flatten(), new Linear(12, 16), new ReLU(), new Linear(16, 3), new Softmax()), 2, 3, 4);
        yield return Case("convolutions", new Sequential(new Conv2d(3, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Conv2d(8, 8, 3, stride: 2, groups: 4), new AvgPool2d(2), new Flatten(), new Linear(8, 5), new LogSoftmax()), 2, 3, 12, 12);
        yield return Case("normalisations", new Sequential(new Linear(6, 6), new LayerNorm([6]), new RMSNorm([6]), new GroupNorm(2, 6)), 4, 6);
        yield return Case("activations", new Sequential(new GELU(), new SiLU(), new Mish(), new ELU(), new SELU(), new Hardtanh(), new LeakyReLU(), new Softplus(), new Tanh(), new Sigmoid(), new Softmin(), new CELU(), new LogSigmoid(), new Tanhshrink(), new Softshrink(0.1), new Threshold(-3, 1), new PReLU()), 3, 5);
    }

    private static void Check(string path, Dictionary<string, Tensor> inputs, IReadOnlyList<float[]> expected, double tolerance = 1e-4)
    {
        using var runtime = new Runtime(path);
        var theirs = runtime.Run(inputs);
        var back = OnnxModel.Load(path);
        var ours = back.Run(inputs);
        for (int k = 0; k < expected.Count; k++)
        {
            string name = back.Outputs[k].Name;
            Assert.That(theirs[name], Is.EqualTo(expected[k]).Within(tolerance), $"ONNX Runtime: {name}");
            Assert.That(ours[name].ToArray<float>(), Is.EqualTo(expected[k]).Within(tolerance), $"read back: {name}");
        }
    }

    [TestCaseSource(nameof(Modules))]
    public void A_module_gives_the_same_in_ONNX_Runtime(Module module, Shape shape)
    {
        module.Eval();
        var x = Tensor.Randn(shape, seed: 5);
        using var folder = new TemporaryFolder();
        module.ExportOnnx(folder["m.onnx"], x);
        Check(folder["m.onnx"], new() { ["input"] = x }, [module.Forward(x).ToArray<float>()]);
        Assert.That(OnnxModel.Load(folder["m.onnx"]).StateDict().Keys, Is.SupersetOf(module.NamedParameters().Select(entry => entry.Name)), "names are kept");
    }

    [Test]
    public void Transformers_are_written([Values("bert", "gpt2", "llama")] string kind)
    {
        Module model = kind switch
        {
            "bert" => new Bert(new BertConfig(Layers: 2, Size: 32, Heads: 4, Hidden: 64, Vocabulary: 50, Positions: 16)),
            "gpt2" => new Gpt2(new Gpt2Config(Layers: 2, Size: 32, Heads: 4, Vocabulary: 50, Positions: 16)),
            _ => new Llama(new LlamaConfig(2, 32, 48, 4, 2, 50, 16)),
        };
        model.Eval();
        var tokens = Tensor.Randint([2, 7], 0, 50, seed: 3);
        using var folder = new TemporaryFolder();
        model.ExportOnnx(folder["m.onnx"], tokens);
        Check(folder["m.onnx"], new() { ["input"] = tokens }, [model.Forward(tokens).ToArray<float>()]);
    }

    [Test]
    public void A_function_of_several_tensors_is_written()
    {
        var table = Tensor.Randn([10, 8], seed: 1);
        IReadOnlyList<Tensor> Function(IReadOnlyList<Tensor> x)
        {
            var h = table.Take(x[0]) + x[1]; // [2, 4, 8]
            var q = h.Reshape([2, 4, 2, 4]).Transpose(1, 2);
            var attended = q.ScaledDotProductAttention(q.Flip(2), q.Slice(2, null, null, -1), causal: true);
            var parts = h.Split(4, 2);
            return [attended.Transpose(1, 2).Flatten(2), Tensor.Concat([parts[1].Pad([0, 0, 1], [0, 1, 0], value: 2), parts[0].Pad([0, 0, 0], [0, 1, 1], value: 0)], 2),
                h.Max(2) + h.Mean(1, keepDims: true).Sum(2) + (h % 0.7).Sum(2) + h.ArgMax(2).To(DType.Float32), (h > 0).Any(2).Where(h.Prod(2), h.Var(2)),
                h.Transpose(1, 2).ConvTranspose1d(table.Reshape([8, 5, 2]), stride: 2, outputPadding: 1)];
        }
        var inputs = new Dictionary<string, Tensor> { ["ids"] = Tensor.From(new[,] { { 1L, 2, 3, 4 }, { 9, 0, 9, 0 } }), ["shift"] = Tensor.Randn([8], seed: 2) };
        using var folder = new TemporaryFolder();
        OnnxExport.Save(folder["f.onnx"], Function, [("ids", inputs["ids"]), ("shift", inputs["shift"])], ["attended", "joined", "folded", "chosen", "enlarged"]);
        Check(folder["f.onnx"], inputs, [.. Function([inputs["ids"], inputs["shift"]]).Select(tensor => tensor.ToArray<float>())]);
    }

    [Test]
    public void An_imported_model_can_be_exported_again()
    {
        var model = TinyModels.Small().Load();
        var x = Tensor.Randn([2, 3], seed: 1);
        using var folder = new TemporaryFolder();
        model.ExportOnnx(folder["again.onnx"], x);
        Check(folder["again.onnx"], new() { ["input"] = x }, [model.Forward(x).ToArray<float>()]);
    }

    [Test]
    public void An_op_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        Assert.That(() => OnnxExport.Save(folder["f.onnx"], x => [Linalg.Inverse(x[0])], [("x", Tensor.Eye(3))], ["y"]), Throws.TypeOf<OnnxException>().With.Message.Contains("Inverse"));
        Assert.That(() => OnnxExport.Save(folder["f.onnx"], x => [x[0]], [("x", Tensor.Eye(3))], ["y", "z"]), Throws.TypeOf<OnnxException>().With.Message.Contains("2 outputs"));
        Assert.That(folder.Names, Is.Empty);
    }
}
