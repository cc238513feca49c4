using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

/// <summary>What the parity tests cannot see: names, refusals and properties.</summary>
[TestFixture]
internal sealed class ConvolutionTests
{
    private static IEnumerable<TestCaseData> Refused()
    {
        static TestCaseData Of(string name, Action call, string message) => new TestCaseData(call, message).SetArgDisplayNames(name);
        yield return Of("groups", () => _ = new Conv1d(3, 4, 3, groups: 2), "Conv1d: 2 groups do not divide 3");
        yield return Of("kernel", () => _ = new Conv3d(1, 1, 0), "Conv3d: kernelSize .* at least 1");
        yield return Of("sizes of other axes", () => _ = new Conv2d(1, 1, [3, 3, 3]), "3 numbers for 2 spatial axes");
        yield return Of("same with a stride", () => _ = new Conv2d(1, 1, 3, 2, "same"), "stride 1");
        yield return Of("rank", () => new Conv1d(3, 4, 3).Forward(Tensor.Zeros([3, 8])), @"\[batch, 3, length\]\. Add the missing axis");
        yield return Of("channels", () => new Conv3d(3, 4, 3).Forward(Tensor.Zeros([1, 2, 8, 8, 8])), @"\[batch, 3, depth, height, width\]");
        yield return Of("reflection of more than there is", () => new Conv1d(1, 1, 7, padding: 3, paddingMode: PadMode.Reflect).Forward(Tensor.Zeros([1, 1, 3])), "Reflect");
        yield return Of("output padding", () => _ = new ConvTranspose2d(1, 1, 3, 2, 1, 2), "output padding .* smaller than stride");
        yield return Of("transposed channels", () => new ConvTranspose1d(2, 1, 3).Forward(Tensor.Zeros([1, 3, 4])), @"\[batch, 2, length\]");
        yield return Of("pooling of nothing", () => _ = new MaxPool1d(0), "MaxPool1d: kernelSize");
        yield return Of("pooling of other axes", () => _ = new AvgPool3d([2, 2]), "2 numbers for 3");
        yield return Of("power", () => _ = new LpPool2d(0, 2), "power 0 must be above 0");
        yield return Of("adaptive size", () => _ = new AdaptiveMaxPool2d(0), "AdaptiveMaxPool2d: outputSize");
        yield return Of("corners", () => _ = new Upsample(4, alignCorners: true), "alignCorners");
        yield return Of("a matrix to enlarge", () => Upsample.By(2).Forward(Tensor.Zeros([3, 3])), @"\[batch, channels");
    }

    [TestCaseSource(nameof(Refused))]
    public void What_does_not_fit_is_refused(Action call, string message) => Assert.That(call, Throws.TypeOf<ShapeException>().With.Message.Matches(message));

    [Test]
    public void A_factor_must_be_above_zero() => Assert.That(() => Upsample.By(0), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void Layers_say_what_they_are()
    {
        object[] layers = [new Conv1d(1, 2, 3), new Conv2d(1, 2, 3, 2, 1), new Conv2d(1, 2, [3, 1], [2, 1]), new ConvTranspose2d(2, 1, 2, 2), new MaxPool3d([1, 2, 2]), new AdaptiveAvgPool2d(1), Upsample.By(2)];
        Assert.That(layers.Select(layer => layer.ToString()), Is.EqualTo(new[]
        {
            "Conv1d(1, 2, 3)", "Conv2d(1, 2, 3×3, stride 2, padding 1)", "Conv2d(1, 2, 3×1, stride [2, 1])", "ConvTranspose2d(2, 1, 2×2, stride 2)", "MaxPool3d(1×2×2)", "AdaptiveAvgPool2d(1×1)", "Upsample(×2, Nearest)",
        }));
    }

    [Test]
    public void Weights_have_the_names_shapes_and_bounds_of_torch()
    {
        var layer = new ConvTranspose2d(4, 6, 3, groups: 2, random: new(1));
        Assert.That(layer.StateDict().Keys, Is.EquivalentTo(new[] { "weight", "bias" }));
        Assert.That(layer.Weight.Shape, Is.EqualTo(new Shape(4, 3, 3, 3)));
        // Fan-in by axis 1: 3 channels of 9 places.
        Assert.That(layer.Weight.Value.ToArray<float>(), Is.All.InRange(-1 / Math.Sqrt(27), 1 / Math.Sqrt(27)));
        Assert.That(layer.Weight.Value.Abs().Max().Item(), Is.GreaterThan(0.95 / Math.Sqrt(27)));
        Assert.That(layer.Bias!.Value.ToArray<float>(), Is.All.InRange(-1 / Math.Sqrt(27), 1 / Math.Sqrt(27)));
    }

    [Test]
    public void A_transposed_convolution_is_the_adjoint_of_a_convolution([Values(1, 2)] int stride, [Values(0, 1)] int padding)
    {
        var random = new RandomStream(4);
        Tensor w = random.Normal([3, 2, 3, 3], type: DType.Float64), x = random.Normal([1, 2, 7, 9], type: DType.Float64);
        var conv = x.Conv2d(w, stride: stride, padding: padding);
        var y = random.Normal(conv.Shape, type: DType.Float64);
        Assert.That((conv * y).Sum().Item(), Is.EqualTo((x * y.ConvTranspose2d(w, stride: stride, padding: padding)).Sum().Item()).Within(1e-9));
    }
}
