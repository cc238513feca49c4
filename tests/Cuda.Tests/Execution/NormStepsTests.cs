using CudaNet.Cuda.Execution;

namespace CudaNet.Tests.Execution;

/// <summary>Which normalisations and losses are kernels of their own; their values are the catalogue's to check.</summary>
[NonParallelizable]
public sealed class NormStepsTests
{
    private static readonly (string Name, int Launches, Func<Tensor, Tensor> Compute)[] Norms =
    [
        ("softmax", 1, x => x.Reshape([12, 40]).Softmax()),
        ("layer norm", 1, x => x.Reshape([12, 40]).LayerNorm()),
        ("layer norm over two axes, whose weights are filled", 2, x => x.LayerNorm(Tensor.Ones([3, 40], device: x.Device).Realize())),
        ("root mean square", 1, x => x.RmsNorm()),
        ("group norm", 1, x => x.GroupNorm(1)),
        // The moments are two, for gradient and running statistics too; then come the roots, and all that is done to an element.
        ("batch norm of images", 4, x => x.BatchNormTraining().Normalized),
        ("batch norm of vectors", 4, x => x.Reshape([12, 40]).BatchNormTraining().Normalized),
    ];

    private static IEnumerable<TestCaseData> Cases => from norm in Norms select new TestCaseData(norm.Launches, norm.Compute).SetArgDisplayNames(norm.Name);

    [TestCaseSource(nameof(Cases))]
    public void A_norm_is_as_few_launches_as_it_needs_and_agrees_with_the_host(int launches, Func<Tensor, Tensor> compute)
    {
        using var run = new VirtualRun();
        var values = new Random(1);
        float[] numbers = [.. Enumerable.Range(0, 480).Select(_ => values.NextSingle())];
        var x = Tensor.From(numbers, [4, 3, 40], run.Device).Realize();
        compute(x).Realize();
        var before = run.Launches;
        var y = compute(x).Realize();
        Assert.That(run.Launches - before, Is.EqualTo(launches));
        // A few roundings of numbers up to 8, and of sums of 160.
        Assert.That(y.ToDoubles(), Is.EqualTo(compute(Tensor.From(numbers, [4, 3, 40], Device.Cpu)).ToDoubles()).Within(1e-5));
    }

    [Test]
    public void Cross_entropy_and_its_gradient_are_a_launch_each()
    {
        using var run = new VirtualRun();
        var x = Tensor.Rand([6, 10], device: run.Device).Realize();
        var targets = Tensor.From([0L, 9, 3, 1, 1, 2], [6], run.Device).Realize();
        var before = run.Launches;
        var losses = new Ops.CrossEntropyLosses(null, 0.1).Apply(x, targets).Realize();
        Assert.That(run.Launches - before, Is.EqualTo(1));
        new Ops.CrossEntropyGrad(null, 0.1).Apply(x, targets, losses).Realize();
        Assert.That(run.Launches - before, Is.EqualTo(2));
    }

    [Test]
    public void A_class_out_of_range_is_the_error_of_the_host()
    {
        using var run = new VirtualRun(new CudaOptions { CheckIndices = true });
        string Message(Device device) => Assert.Throws<IndexValueException>(() => new Ops.CrossEntropyLosses(-100, 0).Apply(Tensor.Zeros([3, 5], device: device), Tensor.From([0L, -100, 5], [3], device)).Realize())!.Message;
        Assert.That(Message(run.Device), Is.EqualTo(Message(Device.Cpu)).And.Contains("row 2 has class 5"));
    }
}
