using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

[TestFixture]
internal sealed class ModuleTests
{
    [Test]
    public void Names_are_those_of_PyTorch()
    {
        var model = new Outer();
        Assert.That(model.NamedParameters().Select(p => p.Name), Is.EqualTo(new[]
        {
            "fc1.weight", "fc1.bias", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "features.0.weight", "features.0.bias", "features.2.weight", "features.2.bias",
            "heads.left.weight", "heads.left.bias", "scale_factor", "gamma",
        }));
        Assert.That(model.NamedBuffers().Select(b => b.Name), Is.EqualTo(new[] { "running_mean" }));
        Assert.That(model.Parameters()[0].Name, Is.EqualTo("fc1.weight"));
        Assert.That(model.NamedModules().Select(m => m.Name), Is.SupersetOf(new[] { "", "fc1", "features.2", "blocks.1" }));
    }

    [Test]
    public void A_part_that_is_asked_later_does_not_take_the_long_names_away()
    {
        var model = new Outer();
        _ = model.Parameters();
        _ = model.Features.Parameters();
        Assert.That(((Linear)model.Features[0]).Weight.Name, Is.EqualTo("features.0.weight"));
    }

    [Test]
    public void A_shared_module_counts_once_and_stands_twice_in_the_state_dict()
    {
        var model = new Tied();
        Assert.That(model.Parameters(), Has.Count.EqualTo(2));
        Assert.That(model.ParameterCount, Is.EqualTo(3 * 3 + 3));
        Assert.That(model.StateDict().Keys, Is.EqualTo(new[] { "first.weight", "first.bias", "second.weight", "second.bias" }));
    }

    [Test]
    public void A_module_that_holds_its_owner_is_walked_once()
    {
        var model = new Cyclic();
        model.Child.Parent = model;
        Assert.That(model.NamedParameters().Select(p => p.Name), Is.EqualTo(new[] { "child.weight" }));
    }

    [Test]
    public void MyNet_has_101770_parameters() =>
        Assert.That(new Sequential(new Flatten(), new Linear(784, 128), new ReLU(), new Linear(128, 10)).ParameterCount, Is.EqualTo(101_770));

    [Test]
    public void Train_and_eval_reach_every_module_and_keep_the_type()
    {
        Outer model = new Outer().Eval();
        Assert.That(model.NamedModules().Any(m => m.Module.IsTraining), Is.False);
        model.Train();
        Assert.That(model.NamedModules().All(m => m.Module.IsTraining), Is.True);
    }

    [Test]
    public void A_state_dict_goes_from_one_model_to_another()
    {
        Linear a = new(3, 2, random: new(1)), b = new(3, 2, random: new(2));
        Assert.That(a.Weight.Value.ToArray<float>(), Is.Not.EqualTo(b.Weight.Value.ToArray<float>()));
        b.LoadStateDict(a.StateDict());
        Assert.That(a.Weight.Value.ToArray<float>(), Is.EqualTo(b.Weight.Value.ToArray<float>()));
    }

    [Test]
    public void A_state_dict_that_does_not_fit_is_refused_with_all_reasons_and_changes_nothing()
    {
        var model = new Sequential(new Linear(3, 2, random: new(1)), new Linear(2, 1, random: new(1)));
        var before = ((Linear)model[0]).Bias!.Value.ToArray<float>();
        var values = new Dictionary<string, Tensor>
        {
            ["0.weight"] = Tensor.Zeros([2, 4]),
            ["0.bias"] = Tensor.Zeros([2]),
            ["1.weight"] = Tensor.Zeros([1, 2]),
            ["2.bias"] = Tensor.Zeros([1]),
        };
        var error = Assert.Throws<StateDictException>(() => model.LoadStateDict(values))!;
        Assert.That(error.Message, Does.Contain("missing: 1.bias").And.Contain("unexpected: 2.bias").And.Contain("0.weight ([2, 4] given, [2, 3] needed)"));
        Assert.That(((Linear)model[0]).Bias!.Value.ToArray<float>(), Is.EqualTo(before));
        // Without strict, a shape that differs is refused still.
        error = Assert.Throws<StateDictException>(() => model.LoadStateDict(values, strict: false))!;
        Assert.That(error.Missing, Is.Empty);
    }

    [Test]
    public void Weights_survive_a_safetensors_file()
    {
        using var folder = new TemporaryFolder();
        Linear a = new(3, 2, random: new(1)), b = new(3, 2, random: new(2));
        CudaNet.Nn.Formats.SafeTensors.SafeTensorsTensors.Save(a, folder["w.safetensors"]);
        CudaNet.Nn.Formats.SafeTensors.SafeTensorsTensors.Load(b, folder["w.safetensors"]);
        Assert.That(b.Weight.Value.ToArray<float>(), Is.EqualTo(a.Weight.Value.ToArray<float>()));
    }

    [Test]
    public void Linear_takes_weights_as_PyTorch_lays_them_out()
    {
        var layer = new Linear(3, 2, random: new(1));
        layer.Weight.Assign(Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
        layer.Bias!.Assign(Tensor.From(10f, 20f));
        Assert.That(layer.Forward(Tensor.From(new float[,] { { 1, 0, -1 } })).ToArray<float>(), Is.EqualTo(new float[] { 8, 18 }));
    }

    [Test]
    public void First_weights_lie_within_one_over_the_root_of_the_inputs()
    {
        var layer = new Linear(100, 50, random: new(7));
        var weights = layer.Weight.Value.ToArray<float>();
        Assert.That(weights.Max(Math.Abs), Is.LessThanOrEqualTo(0.1).And.GreaterThan(0.098));
        Assert.That(weights.Average(), Is.EqualTo(0).Within(0.003));
        Assert.That(layer.Bias!.Value.ToArray<float>().Max(Math.Abs), Is.LessThanOrEqualTo(0.1));
        Assert.That(new Linear(100, 50, random: new(7)).Weight.Value.ToArray<float>(), Is.EqualTo(weights), "the same seed");
    }

    [Test]
    public void Linear_refuses_images_and_advises_a_flatten()
    {
        var error = Assert.Throws<ShapeException>(() => new Linear(784, 10).Forward(Tensor.Zeros([2, 28, 28])))!;
        Assert.That(error.Message, Does.Contain("[2, 28, 28]").And.Contain("784").And.Contain("Flatten"));
    }

    [Test]
    public void Flatten_joins_all_axes_but_the_first()
    {
        Assert.That(new Flatten().Forward(Tensor.Zeros([2, 3, 4])).Shape, Is.EqualTo(new Shape(2, 12)));
        Assert.That(new Flatten(0, 1).Forward(Tensor.Zeros([2, 3, 4])).Shape, Is.EqualTo(new Shape(6, 4)));
    }

    [Test]
    public void Embedding_looks_rows_up()
    {
        var table = new Embedding(5, 2);
        table.Weight.Assign(Tensor.From(new float[,] { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 7 }, { 8, 9 } }));
        Assert.That(table.Forward(Tensor.From(3L, 0L)).ToArray<float>(), Is.EqualTo(new float[] { 6, 7, 0, 1 }));
        Assert.Throws<DTypeException>(() => table.Forward(Tensor.From(3f)));
    }

    [Test]
    public void Dropout_drops_a_share_in_training_and_nothing_in_evaluation()
    {
        var dropout = new Dropout(0.25, new RandomStream(3));
        var x = Tensor.Ones([10_000]);
        var y = dropout.Forward(x).ToArray<float>();
        Assert.That(y.Count(v => v == 0) / 10_000.0, Is.EqualTo(0.25).Within(0.02));
        Assert.That(y.Where(v => v != 0), Is.All.EqualTo(4f / 3).Within(1e-6));
        Assert.That(dropout.Forward(x).ToArray<float>(), Is.Not.EqualTo(y), "a second call draws anew");
        Assert.That(dropout.Eval().Forward(x).ToArray<float>(), Is.All.EqualTo(1f));
    }

    [Test]
    public void Batch_norm_standardises_in_training_and_keeps_running_statistics()
    {
        var norm = new BatchNorm2d(1);
        var x = Tensor.From(new float[] { 1, 2, 3, 4 }, [1, 1, 2, 2]);
        var y = norm.Forward(x).ToArray<float>();
        Assert.That(y, Is.EqualTo(new[] { -1.3416354, -0.4472118, 0.4472118, 1.3416354 }).Within(1e-5));
        Assert.That(norm.RunningMean.Value.Item(), Is.EqualTo(0.25).Within(1e-6));
        Assert.That(norm.RunningVar.Value.Item(), Is.EqualTo(0.9 + 0.1 * 5 / 3).Within(1e-6), "the unbiased variance");
        Assert.That(norm.NumBatchesTracked.Value.Item(), Is.EqualTo(1));
        norm.Eval();
        Assert.That(norm.Forward(x).ToArray<float>()[0], Is.EqualTo((1 - 0.25) / Math.Sqrt(0.9 + 0.5 / 3 + 1e-5)).Within(1e-5));
        Assert.That(norm.NumBatchesTracked.Value.Item(), Is.EqualTo(1), "evaluation changes nothing");
    }

    [Test]
    public void Running_statistics_of_a_plain_training_step_cost_no_second_forward()
    {
        var model = new Sequential(new Conv2d(1, 2, 3, random: new(1)), new BatchNorm2d(2), new Flatten(), new Linear(8, 1, random: new(1)));
        var optimizer = new CudaNet.Nn.Optimizers.Sgd(model.Parameters(), 0.01);
        for (var i = 0; i < 3; i++)
        {
            optimizer.ZeroGrad();
            model.Forward(Tensor.Ones([2, 1, 4, 4])).Square().Mean().Backward();
            optimizer.Step();
        }
        Assert.That(((BatchNorm2d)model[1]).NumBatchesTracked.Value.Item(), Is.EqualTo(3));
    }

    private sealed class Outer : Module
    {
        private readonly Linear _fc1 = new(2, 3);
        private readonly List<Module> _blocks = [new Linear(3, 3), new Linear(3, 3, bias: false)];

        public Sequential Features { get; } = new() { new Linear(3, 3), new ReLU(), new Linear(3, 3) };

        private readonly Dictionary<string, Linear> _heads = new() { ["left"] = new(3, 1) };

        public Parameter ScaleFactor { get; } = new(Tensor.Ones([1]));

        [StateName("gamma")] public Parameter Other { get; } = new(Tensor.Ones([1]));

        public State RunningMean { get; } = new(Tensor.Zeros([3]));

        public int Unrelated { get; } = 3;

        public override Tensor Forward(Tensor x) => _blocks.Aggregate(_fc1.Forward(x), (y, block) => block.Forward(y)) + _heads["left"].Forward(x);
    }

    private sealed class Tied : Module
    {
        public Tied() => Second = First;

        public Linear First { get; } = new(3, 3);

        public Linear Second { get; }

        public override Tensor Forward(Tensor x) => Second.Forward(First.Forward(x));
    }

    private sealed class Cyclic : Module
    {
        public Part Child { get; } = new();

        public override Tensor Forward(Tensor x) => x;

        internal sealed class Part : Module
        {
            public Module? Parent { get; set; }

            public Parameter Weight { get; } = new(Tensor.Ones([1]));

            public override Tensor Forward(Tensor x) => x;
        }
    }
}
