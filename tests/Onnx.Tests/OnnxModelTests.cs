using CudaNet.Nn;
using CudaNet.Nn.Formats;
using CudaNet.Onnx;
using CudaNet.Onnx.Proto;
using Google.Protobuf;
using static CudaNet.Tests.TinyModels;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Tests;

public sealed class OnnxModelTests
{
    [Test]
    public void A_model_runs_and_tells_what_it_takes()
    {
        var model = Small().Load();
        var y = model.Forward(Tensor.From(new[,] { { 1f, 0, 0 }, { 0, -1, 0 } }));
        Assert.Multiple(() =>
        {
            Assert.That(y.Shape, Is.EqualTo(new Shape(4, 1)));
            Assert.That(y.ToArray<float>(), Is.EqualTo(new[] { 0f, 3, 0, 0 }));
            Assert.That(model.Inputs.Single().ToString(), Is.EqualTo("x float [batch, 3]"));
            Assert.That(model.Outputs.Single().Name, Is.EqualTo("y"));
            Assert.That(model.Operators["Gemm"], Is.EqualTo(1));
            Assert.That(model.Opset, Is.EqualTo(13));
            Assert.That(model.StateDict().Keys, Is.EquivalentTo(new[] { "w", "b" }), "integers are no parameters");
            // Another batch is another signature.
            Assert.That(model.Forward(Tensor.Ones([3, 3])).Shape, Is.EqualTo(new Shape(6, 1)));
        });
    }

    [Test]
    public void A_model_runs_on_a_CUDA_device_in_software()
    {
        var x = Tensor.Rand([2, 3], seed: 1);
        float[] expected = Small().Load().Forward(x).ToArray<float>();
        Assert.That(Small().Load().To(Device.Virtual).Forward(x.To(Device.Virtual)).ToArray<float>(), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void A_model_can_be_trained()
    {
        var model = Small().Load().Train();
        model.Forward(Tensor.From(new[,] { { 1f, 0, 0 } })).Sum().Backward();
        var w = model.NamedParameters().Single(entry => entry.Name == "w").Parameter;
        Assert.That(w.Grad!.ToArray<float>(), Is.EqualTo(new[] { 0f, 1, 0, 0, 0, 0 }), "the first unit is cut off by ReLU");
    }

    [Test]
    public void A_loop_until_a_condition_runs_node_by_node()
    {
        // Doubles x until its sum is 100 or more.
        var body = new GraphProto { Name = "body" };
        body.Input.AddRange(new[] { "i", "go", "v" }.Select(name => new ValueInfoProto { Name = name }));
        body.Output.AddRange(new[] { "more", "doubled" }.Select(name => new ValueInfoProto { Name = name }));
        body.Node.AddRange([
            Node("Add", ["v", "v"], ["doubled"]), Node("ReduceSum", ["doubled"], ["sum"], new AttributeProto { Name = "keepdims", I = 0 }), Node("Less", ["sum", "limit"], ["more"])]);
        var model = Model(13, Node("Loop", ["", "", "x"], ["y"], new AttributeProto { Name = "body", G = body }))
            .WithInput("x", DataType.Float, 2L).WithOutput("y").WithStored("limit", [100f]).Load();
        Assert.That(model.Forward(Tensor.From(1f, 2f)).ToArray<float>(), Is.EqualTo(new[] { 64f, 128 }));
        Assert.That(model.Forward(Tensor.From(30f, 30f)).ToArray<float>(), Is.EqualTo(new[] { 60f, 60 }));
    }

    [Test]
    public void An_unknown_operator_is_named_with_its_node()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Model(13, Node("Frobnicate", ["x"], ["y"])).WithInput("x", DataType.Float, 2L).WithOutput("y").Load(),
                Throws.TypeOf<OnnxException>().With.Message.Contains("Frobnicate").And.Message.Contains("Frobnicate_of_y"));
            var inner = new GraphProto();
            inner.Node.Add(Node("Hidden", [], ["z"]));
            Assert.That(() => Model(13, Node("If", ["x"], ["y"], new AttributeProto { Name = "then_branch", G = inner })).WithOutput("y").Load(),
                Throws.TypeOf<OnnxException>().With.Message.Contains("Hidden"));
            Assert.That(() => Model(99, Node("Relu", ["x"], ["y"])).WithOutput("y").Load(), Throws.TypeOf<OnnxException>().With.Message.Contains("99"));
        });
    }

    [Test]
    public void Wrong_inputs_are_refused_with_what_the_model_takes()
    {
        var model = Small().Load();
        Assert.Multiple(() =>
        {
            Assert.That(() => model.Run(new Dictionary<string, Tensor>()), Throws.TypeOf<OnnxException>().With.Message.Contains("\"x\" is missing"));
            Assert.That(() => model.Run(new Dictionary<string, Tensor> { ["z"] = Tensor.Ones([1, 3]) }), Throws.TypeOf<OnnxException>().With.Message.Contains("\"z\""));
            Assert.That(() => model.Forward(Tensor.Ones([1, 4])), Throws.TypeOf<OnnxException>().With.Message.Contains("[1, 4]").And.Message.Contains("[batch, 3]"));
            Assert.That(() => model.Forward(Tensor.Ones([1, 3], DType.Float64)), Throws.TypeOf<OnnxException>().With.Message.Contains("f64").And.Message.Contains("DType.Float32"));
        });
    }

    [Test]
    public void A_node_that_cannot_run_is_named()
    {
        var model = Model(13, Node("MatMul", ["x", "w"], ["y"])).WithInput("x", DataType.Float, "a", "b").WithOutput("y").WithStored("w", [1, 2], 2, 1).Load();
        var cycle = Model(13, Node("Relu", ["z"], ["y"]), Node("Relu", ["y"], ["z"])).WithOutput("y").Load();
        Assert.Multiple(() =>
        {
            Assert.That(() => model.Forward(Tensor.Ones([2, 3])), Throws.TypeOf<OnnxException>().With.Message.Contains("MatMul_of_y").And.Message.Contains("[2, 3]"));
            Assert.That(() => cycle.Run(new Dictionary<string, Tensor>()), Throws.TypeOf<OnnxException>().With.Message.Contains("\"z\""));
        });
    }

    [Test]
    public void Broken_files_are_refused()
    {
        var short_ = Small();
        short_.Graph.Initializer[0].FloatData.RemoveAt(0);
        var huge = Small();
        huge.Graph.Initializer[0].Dims[0] = long.MaxValue;
        var twice = Small();
        twice.Graph.Initializer.Add(twice.Graph.Initializer[0].Clone());
        var outside = Small();
        outside.Graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External;
        outside.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "../secret" });
        Assert.Multiple(() =>
        {
            Assert.That(() => OnnxModel.Parse([1, 2, 3]), Throws.TypeOf<DataFormatException>());
            Assert.That(() => OnnxModel.Parse([]), Throws.TypeOf<DataFormatException>().With.Message.Contains("no graph"));
            Assert.That(() => OnnxModel.Parse(Small().ToByteArray()[..^10]), Throws.TypeOf<DataFormatException>());
            Assert.That(() => short_.Load(), Throws.TypeOf<DataFormatException>().With.Message.Contains("5 elements").And.Message.Contains("not 6"));
            Assert.That(() => huge.Load(), Throws.TypeOf<DataFormatException>().With.Message.Contains($"{long.MaxValue}"));
            Assert.That(() => twice.Load(), Throws.TypeOf<DataFormatException>().With.Message.Contains("twice"));
            Assert.That(() => outside.Load(), Throws.TypeOf<DataFormatException>().With.Message.Contains("outside of the file"));
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder["m.onnx"], outside.ToByteArray());
            Assert.That(() => OnnxModel.Load(folder["m.onnx"]), Throws.TypeOf<DataFormatException>().With.Message.Contains("../secret"));
        });
    }

    [Test]
    public void Data_outside_of_the_file_are_read()
    {
        var model = Small();
        var w = model.Graph.Initializer[0];
        byte[] data = [.. new byte[8], .. w.FloatData.SelectMany(BitConverter.GetBytes)];
        w.FloatData.Clear();
        w.DataLocation = TensorProto.Types.DataLocation.External;
        w.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
        w.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "8" });
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["m.onnx"], model.ToByteArray());
        File.WriteAllBytes(folder["weights.bin"], data);
        Assert.That(OnnxModel.Load(folder["m.onnx"]).StateDict()["w"].ToArray<float>(), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
        File.WriteAllBytes(folder["weights.bin"], data[..16]);
        Assert.That(() => OnnxModel.Load(folder["m.onnx"]), Throws.TypeOf<DataFormatException>().With.Message.Contains("8 bytes of data, not 24"));
    }

    [Test]
    public void Damaged_files_are_accepted_or_refused_and_cost_little()
    {
        byte[] content = Small().ToByteArray();
        // Messages take several times the bytes of their fields, and lists double as they grow.
        Mutations.Run(Mutations.Files(100_000), random => Mutations.Damage(content, random), file =>
        {
            try
            {
                OnnxModel.Parse(file);
            }
            catch (OnnxException e)
            {
                throw new DataFormatException("damaged", null, e.Message, "", e);
            }
        }, extraBytes: 200_000);
    }

    [Test]
    public void Damaged_files_that_load_run_or_are_refused()
    {
        byte[] content = Small().ToByteArray();
        var x = Tensor.Ones([2, 3]);
        Mutations.Run(Mutations.Files(5_000), random => Mutations.Damage(content, random), file =>
        {
            try
            {
                var model = OnnxModel.Parse(file);
                if (model.Inputs.Count == 1)
                    foreach (var y in model.Run(new Dictionary<string, Tensor> { [model.Inputs[0].Name] = x }).Values)
                        y.Realize();
            }
            catch (CudaNetException e) when (e is not DataFormatException)
            {
                throw new DataFormatException("damaged", null, e.Message, "", e);
            }
        }, extraBytes: 50_000_000);
    }
}
