using CudaNet.Nn.Data;

namespace CudaNet.Tests.Data;

[TestFixture]
internal sealed class ImageAugmentationTests
{
    private const int Height = 9, Width = 12, Channels = 3, Count = 6;

    private static readonly LabelledImages Images = new([.. Enumerable.Range(0, Count * Channels * Height * Width).Select(i => (byte)(i * 89 % 251))], new byte[Count], Height, Width) { Channels = Channels };

    private static readonly int[] All = [.. Enumerable.Range(0, Count)];

    private static IEnumerable<TestCaseData> Pairs =>
    [
        new TestCaseData(RandomMaps.Shift(3), ImageTransforms.RandomShift(3), SamplePadding.Zeros, 0.0).SetArgDisplayNames("shift"),
        new TestCaseData(RandomMaps.HorizontalFlip(), ImageTransforms.RandomHorizontalFlip(), SamplePadding.Zeros, 0.0).SetArgDisplayNames("horizontal flip"),
        new TestCaseData(RandomMaps.VerticalFlip(), ImageTransforms.RandomVerticalFlip(), SamplePadding.Zeros, 0.0).SetArgDisplayNames("vertical flip"),
        // Places up to 20 are rounded to 2⁻²⁴ of that, between pixels that differ by up to 1.
        new TestCaseData(RandomMaps.Rotation(40), ImageTransforms.RandomRotation(40), SamplePadding.Zeros, 1e-5).SetArgDisplayNames("rotation"),
        new TestCaseData(RandomMaps.ResizedCrop(0.2), ImageTransforms.RandomResizedCrop(0.2), SamplePadding.Border, 1e-5).SetArgDisplayNames("crop"),
        new TestCaseData(RandomMaps.Affine(30, 0.2, 0.7, 1.4, 20), ImageTransforms.Of(RandomMaps.Affine(30, 0.2, 0.7, 1.4, 20)), SamplePadding.Zeros, 1e-5).SetArgDisplayNames("affine"),
    ];

    [TestCaseSource(nameof(Pairs))]
    public void A_batch_is_moved_as_each_of_its_images_would_be(RandomMap map, ImageTransform transform, SamplePadding padding, double within)
    {
        Dataset together = new ImageDataset(Images, new ImageAugmentation(map) { Padding = padding }), alone = new ImageDataset(Images, transform);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var (actual, expected) = (together.Collate([4, 1, 1, 5], new(3, epoch)), alone.Collate([4, 1, 1, 5], new(3, epoch)));
            Assert.That(actual.Inputs.Shape, Is.EqualTo(expected.Inputs.Shape));
            Assert.That(actual.Inputs.ToArray<float>(), Is.EqualTo(expected.Inputs.ToArray<float>()).Within(within), $"epoch {epoch}");
            Assert.That(actual.Targets.ToArray<long>(), Is.EqualTo(expected.Targets.ToArray<long>()));
        }
    }

    [Test]
    public void Moves_are_made_in_their_order_and_lose_nothing_between()
    {
        RandomMap right = (int _, int _, ref SampleRandom _) => AffineMap.Identity with { X0 = -5 }, left = (int _, int _, ref SampleRandom _) => AffineMap.Identity with { X0 = 5 };
        var x = new ImageDataset(Images).All().Inputs;
        Assert.That(Apply(x, right, left).ToArray<float>(), Is.EqualTo(x.ToArray<float>()), "there and back");
        // Mirrored, then moved to the right: what is left of the image is its mirrored left part.
        var moved = Apply(x, RandomMaps.HorizontalFlip(1), right);
        Assert.That(moved.Narrow(3, 5, Width - 5).ToArray<float>(), Is.EqualTo(x.Flip(3).Narrow(3, 0, Width - 5).ToArray<float>()));
        Assert.That(moved.Narrow(3, 0, 5).ToArray<float>(), Is.All.Zero);
    }

    [Test]
    public void Channels_are_normalised_each_by_its_own_numbers_or_all_by_one()
    {
        float[] mean = [0.2f, 0.4f, 0.6f], deviation = [0.5f, 0.25f, 2];
        var pixels = new ImageDataset(Images).All().Inputs;
        var expected = (pixels - Tensor.From(mean, [3, 1, 1])) / Tensor.From(deviation, [3, 1, 1]);
        var own = new ImageDataset(Images, new ImageAugmentation { Mean = mean, Deviation = deviation }).All().Inputs;
        Assert.That(own.ToArray<float>(), Is.EqualTo(expected.ToArray<float>()).Within(1e-6));
        var one = new ImageAugmentation { Mean = [0.5f], Deviation = [0.25f] }.Apply(pixels, All, default);
        Assert.That(one.ToArray<float>(), Is.EqualTo(((pixels - 0.5) / 0.25).ToArray<float>()).Within(1e-6));
        // What comes in from outside is black before it is normalised.
        RandomMap away = (int _, int _, ref SampleRandom _) => AffineMap.Identity with { X0 = 100 };
        var black = new ImageDataset(Images, new ImageAugmentation(away) { Mean = mean, Deviation = deviation }).All().Inputs;
        Assert.That(black.ToArray<float>(), Is.EqualTo(((Tensor.Zeros(pixels.Shape) - Tensor.From(mean, [3, 1, 1])) / Tensor.From(deviation, [3, 1, 1])).ToArray<float>()));
    }

    [Test]
    public void Another_size_is_linear_interpolation_between_pixels_that_are_areas()
    {
        var pixels = new ImageDataset(Images).All().Inputs;
        foreach (var (height, width) in ((int, int)[])[(18, 24), (5, 7), (9, 30)])
        {
            var actual = new ImageAugmentation { Height = height, Width = width, Padding = SamplePadding.Border }.Apply(pixels, All, default);
            Assert.That(actual.ToArray<float>(), Is.EqualTo(pixels.Interpolate([height, width], InterpolationMode.Linear).ToArray<float>()).Within(1e-5), $"{height} x {width}");
        }
    }

    [Test]
    public void Images_have_gradients_through_their_moves()
    {
        var x = new Parameter(Tensor.Ones([Count, Channels, Height, Width]), "x");
        var y = new ImageAugmentation(RandomMaps.HorizontalFlip(1), RandomMaps.Shift(2)) { Deviation = [0.5f] }.Apply(x.Value, All, default);
        y.Sum().Backward();
        // Each pixel comes through once, times 1/0.5, or is moved out.
        var gradient = x.Grad!.ToArray<float>();
        Assert.That(gradient, Is.All.EqualTo(2f).Or.Zero);
        Assert.That(gradient.Sum(), Is.EqualTo(2f * y.ToArray<float>().Count(value => value != 0)).And.GreaterThan(0));
    }

    [Test]
    public void An_affine_map_keeps_the_centre_and_its_bounds()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new SampleRandom(seed);
            var map = RandomMaps.Affine(25, leastScale: 0.5, mostScale: 2, shear: 10)(21, 31, ref random);
            Assert.That(map.From(15, 10), Is.EqualTo((15.0, 10.0)).Using<(double X, double Y)>((a, b) => Math.Abs(a.X - b.X) + Math.Abs(a.Y - b.Y) < 1e-12));
            // The area is that of the zoom, whatever is turned and sheared.
            Assert.That(1 / Math.Sqrt(map.XX * map.YY - map.XY * map.YX), Is.InRange(0.5 - 1e-9, 2 + 1e-9));
            Assert.That(Math.Abs(Math.Atan2(-map.YX, map.YY)) * 180 / Math.PI, Is.LessThanOrEqualTo(25 + 1e-9));
            random = new SampleRandom(seed);
            var moved = RandomMaps.Affine(0, translate: 0.1)(20, 30, ref random);
            Assert.That((Math.Abs(moved.X0) <= 3, Math.Abs(moved.Y0) <= 2, moved.XX), Is.EqualTo((true, true, 1.0)));
        }
    }

    [Test]
    public void The_virtual_device_gives_what_the_CPU_gives()
    {
        var augmentation = new ImageAugmentation(RandomMaps.HorizontalFlip(), RandomMaps.Affine(20, 0.1, 0.8, 1.2), RandomMaps.ResizedCrop(0.5)) { Mean = [0.4f], Deviation = [0.3f], Height = 8, Width = 10 };
        float[] On(Device device) => new ImageDataset(Images, augmentation, device).Collate(All, new(1, 2)).Inputs.ToArray<float>();
        Assert.That(On(Device.Virtual), Is.EqualTo(On(Device.Cpu)).Within(4e-5));
    }

    [Test]
    public void Bad_input_is_refused()
    {
        var x = Tensor.Zeros([2, 3, 4, 4]);
        Assert.That(() => new ImageAugmentation().Apply(x, [0], default), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3, 4, 4]"));
        Assert.That(() => new ImageAugmentation { Mean = [0, 1] }.Apply(x, [0, 1], default), Throws.TypeOf<ShapeException>().With.Message.Contains("2 numbers for 3 channels"));
        Assert.That(() => new ImageAugmentation { Deviation = [0] }.Apply(x, [0, 1], default), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains("above 0"));
        foreach (var call in (Func<RandomMap>[])[() => RandomMaps.Affine(-1), () => RandomMaps.Affine(1, translate: 2), () => RandomMaps.Affine(1, leastScale: 0), () => RandomMaps.Affine(1, leastScale: 2), () => RandomMaps.Affine(1, shear: 90)])
            Assert.That(() => call(), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static Tensor Apply(Tensor x, params RandomMap[] maps) => new ImageAugmentation(maps).Apply(x, All, default);
}
