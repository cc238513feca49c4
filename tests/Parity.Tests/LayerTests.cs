using CudaNet.Nn;
using TorchSharp;
using Functional = TorchSharp.torch.nn.functional;
using Torch = TorchSharp.torch.nn;

namespace CudaNet.Tests;

/// <summary>Convolutions, poolings and resampling layers give torch's results and gradients, under torch's names.</summary>
public sealed class LayerTests
{
    private static TestCaseData Of(string name, Func<Module> ours, Func<Torch.Module<torch.Tensor, torch.Tensor>> theirs, params long[] shape) =>
        new TestCaseData(ours, theirs, shape).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Convolutions()
    {
        yield return Of("sequences", () => new Conv1d(3, 4, 3, 2, 1), () => Torch.Conv1d(3, 4, 3, 2, 1), 2, 3, 11);
        yield return Of("sequences, same, dilated", () => new Conv1d(2, 4, 3, padding: "same", dilation: 2, groups: 2), () => Torch.Conv1d(2, 4, 3, TorchSharp.Padding.Same, dilation: 2, groups: 2), 2, 2, 9);
        yield return Of("images without bias", () => new Conv2d(3, 4, 3, bias: false), () => Torch.Conv2d(3, 4, 3, bias: false), 2, 3, 6, 7);
        yield return Of("images, sizes by axis", () => new Conv2d(2, 4, [3, 2], [2, 1], new int[] { 1, 0 }, [1, 2]), () => Torch.Conv2d(2, 4, (3, 2), (2, 1), (1, 0), (1, 2)), 2, 2, 7, 8);
        yield return Of("volumes", () => new Conv3d(2, 4, 3, 2, 1, groups: 2), () => Torch.Conv3d(2, 4, 3, 2, 1, groups: 2), 1, 2, 4, 5, 6);
        foreach (var (ours, theirs) in new[] { (PadMode.Reflect, PaddingModes.Reflect), (PadMode.Replicate, PaddingModes.Replicate), (PadMode.Circular, PaddingModes.Circular) })
        {
            yield return Of($"sequences, {ours}", () => new Conv1d(2, 3, 5, padding: 2, paddingMode: ours), () => Torch.Conv1d(2, 3, 5, padding: 2, padding_mode: theirs), 2, 2, 7);
            yield return Of($"images, {ours}", () => new Conv2d(2, 3, 3, 2, 1, paddingMode: ours), () => Torch.Conv2d(2, 3, 3, 2, 1, padding_mode: theirs), 2, 2, 5, 6);
        }
        yield return Of("transposed, sequences", () => new ConvTranspose1d(3, 4, 3, 2, 1, 1), () => Torch.ConvTranspose1d(3, 4, 3, 2, 1, 1), 2, 3, 5);
        yield return Of("transposed, images", () => new ConvTranspose2d(4, 6, 3, 2, 1, 1, groups: 2), () => Torch.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups: 2), 2, 4, 4, 5);
        yield return Of("transposed, images, dilated", () => new ConvTranspose2d(2, 3, 3, dilation: 2, bias: false), () => Torch.ConvTranspose2d(2, 3, 3, dilation: 2, bias: false), 2, 2, 4, 5);
        yield return Of("transposed, images, sizes by axis", () => new ConvTranspose2d(2, 3, [3, 2], [2, 3], [1, 0]), () => Torch.ConvTranspose2d(2, 3, (3, 2), (2, 3), (1, 0)), 2, 2, 4, 5);
        yield return Of("transposed, volumes", () => new ConvTranspose3d(2, 3, 2, 2), () => Torch.ConvTranspose3d(2, 3, 2, 2), 1, 2, 2, 3, 4);
    }

    private static IEnumerable<TestCaseData> Poolings()
    {
        yield return Of("max, sequences", () => new MaxPool1d(3, 2, 1), () => Torch.MaxPool1d(3, 2, 1), 2, 3, 9);
        yield return Of("max, images", () => new MaxPool2d(3, 2, 1, ceilMode: true), () => Torch.MaxPool2d(3, 2, 1, ceil_mode: true), 2, 3, 8, 7);
        yield return Of("max, images, dilated", () => new MaxPool2d(2, 1, dilation: 2), () => Torch.MaxPool2d(2, 1, dilation: 2), 2, 3, 8, 7);
        yield return Of("max, volumes", () => new MaxPool3d(2), () => Torch.MaxPool3d(2), 2, 2, 4, 5, 6);
        yield return Of("average, sequences", () => new AvgPool1d(3, 2, 1), () => Torch.AvgPool1d(3, 2, 1), 2, 3, 9);
        yield return Of("average, images", () => new AvgPool2d(3, 2, 1, countIncludePad: false), () => Torch.AvgPool2d(3, 2, 1, count_include_pad: false), 2, 3, 8, 7);
        yield return Of("average, images, ceil", () => new AvgPool2d(3, 2, 1, true), () => Torch.AvgPool2d(3, 2, 1, ceil_mode: true), 2, 3, 8, 7);
        yield return Of("average, volumes", () => new AvgPool3d(2), () => Torch.AvgPool3d(2), 2, 2, 4, 5, 6);
        yield return Of("adaptive average, sequences", () => new AdaptiveAvgPool1d(3), () => Torch.AdaptiveAvgPool1d(3), 2, 3, 8);
        yield return Of("adaptive average, images", () => new AdaptiveAvgPool2d([3, 2]), () => Torch.AdaptiveAvgPool2d([3, 2]), 2, 3, 7, 6);
        yield return Of("adaptive average, volumes", () => new AdaptiveAvgPool3d(2), () => Torch.AdaptiveAvgPool3d([2, 2, 2]), 2, 2, 3, 4, 5);
        yield return Of("adaptive max, sequences", () => new AdaptiveMaxPool1d(3), () => Torch.AdaptiveMaxPool1d(3), 2, 3, 8);
        yield return Of("adaptive max, images", () => new AdaptiveMaxPool2d([3, 2]), () => Torch.AdaptiveMaxPool2d([3, 2]), 2, 3, 7, 6);
        yield return Of("power, sequences", () => new LpPool1d(2, 3, 2), () => Torch.LPPool1d(2, 3, 2), 2, 3, 9);
        yield return Of("power, images", () => new LpPool2d(2, 3, 2, true), () => Torch.LPPool2d(2, 3, 2, true), 2, 3, 8, 6);
        yield return Of("nearest by a size", () => new Upsample([5, 7]), () => Torch.Upsample([5L, 7]), 2, 3, 3, 4);
        yield return Of("nearest by a factor", () => Upsample.By(2), () => Torch.Upsample(scale_factor: [2.0, 2]), 2, 3, 3, 4);
        yield return Of("linear", () => Upsample.By(3, InterpolationMode.Linear), () => Torch.Upsample(scale_factor: [3.0], mode: torch.UpsampleMode.Linear), 2, 3, 5);
        yield return Of("bilinear", () => new Upsample([5, 9], InterpolationMode.Linear), () => Torch.Upsample([5L, 9], mode: torch.UpsampleMode.Bilinear), 2, 3, 3, 4);
        yield return Of("bilinear, smaller", () => new Upsample([2, 3], InterpolationMode.Linear), () => Torch.Upsample([2L, 3], mode: torch.UpsampleMode.Bilinear), 2, 3, 5, 7);
        yield return Of("bilinear, corners aligned", () => new Upsample([5, 9], InterpolationMode.Linear, true), () => Torch.Upsample([5L, 9], mode: torch.UpsampleMode.Bilinear, align_corners: true), 2, 3, 3, 4);
        yield return Of("trilinear", () => new Upsample([3, 5, 4], InterpolationMode.Linear), () => Torch.Upsample([3L, 5, 4], mode: torch.UpsampleMode.Trilinear), 1, 2, 2, 3, 2);
    }

    [TestCaseSource(nameof(Convolutions)), TestCaseSource(nameof(Poolings))]
    public void A_layer_gives_the_values_and_gradients_of_torch(Func<Module> ours, Func<Torch.Module<torch.Tensor, torch.Tensor>> theirs, long[] shape)
    {
        ArgumentNullException.ThrowIfNull(ours);
        ArgumentNullException.ThrowIfNull(theirs);
        torch.manual_seed(5);
        using var peer = theirs();
        TorchModules.AssertSame(ours(), peer, shape);
    }

    [TestCase(0.5), TestCase(0.2)]
    public void Alpha_dropout_gives_the_two_kinds_of_values_of_torch(double p)
    {
        // Torch draws from another generator, but an element is either kept or saturated, and both are affine maps of it.
        using var ones = torch.ones(2000);
        using var theirs = Functional.alpha_dropout(ones, p, training: true);
        var ours = new AlphaDropout(p, new(3)).Forward(Tensor.Ones([2000])).ToArray<float>();
        Assert.That(ours.Distinct().Order(), Is.EqualTo(TorchModules.Values(theirs).Distinct().Order()).Within(1e-5f));
    }
}
