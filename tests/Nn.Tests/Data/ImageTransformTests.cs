using CudaNet.Nn.Data;

namespace CudaNet.Tests.Data;

[TestFixture]
internal sealed class ImageTransformTests
{
    private static readonly float[] Corner = [1, 0, 0, 0, 0, 0];

    private static float[] Apply(ImageTransform transform, float[] pixels, int height, int width, long seed = 1)
    {
        var copy = (float[])pixels.Clone();
        var random = new SampleRandom(seed);
        transform(copy, height, width, ref random);
        return copy;
    }

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => i / (float)count)];

    [Test]
    public void Flips_swap_the_ends()
    {
        Assert.That(Apply(ImageTransforms.RandomHorizontalFlip(1), Corner, 2, 3), Is.EqualTo(new float[] { 0, 0, 1, 0, 0, 0 }));
        Assert.That(Apply(ImageTransforms.RandomVerticalFlip(1), Corner, 2, 3), Is.EqualTo(new float[] { 0, 0, 0, 1, 0, 0 }));
        Assert.That(Apply(ImageTransforms.RandomVerticalFlip(1), Ramp(6), 3, 2), Is.EqualTo(new[] { 4, 5, 2, 3, 0, 1 }.Select(i => i / 6f)), "the middle row stays");
        Assert.That(Apply(ImageTransforms.RandomHorizontalFlip(0), Corner, 2, 3), Is.EqualTo(Corner));
        var flipped = Enumerable.Range(0, 1000).Count(seed => Apply(ImageTransforms.RandomHorizontalFlip(0.3), Corner, 2, 3, seed)[0] == 0);
        Assert.That(flipped / 1000.0, Is.EqualTo(0.3).Within(0.05));
    }

    [Test]
    public void A_rotation_moves_a_point_around_the_centre()
    {
        // A bright point two pixels right of the centre stays two pixels away, within 30 degrees, and keeps most of its light.
        var image = new float[9 * 9];
        image[4 * 9 + 6] = 1;
        Assert.That(Apply(ImageTransforms.RandomRotation(0), image, 9, 9), Is.EqualTo(image));
        var angles = new List<double>();
        for (var seed = 0; seed < 200; seed++)
        {
            var turned = Apply(ImageTransforms.RandomRotation(30), image, 9, 9, seed);
            double sum = turned.Sum(), y = 0, x = 0;
            for (var p = 0; p < 81; p++) (y, x) = (y + turned[p] * (p / 9 - 4) / sum, x + turned[p] * (p % 9 - 4) / sum);
            Assert.That(Math.Sqrt(y * y + x * x), Is.EqualTo(2).Within(0.3));
            angles.Add(Math.Atan2(y, x) * 180 / Math.PI);
        }
        Assert.That(angles, Is.All.InRange(-34, 34));
        Assert.That((angles.Min(), angles.Max()), Is.EqualTo((-30.0, 30.0)).Using<(double A, double B)>((a, b) => Math.Abs(a.A - b.A) < 6 && Math.Abs(a.B - b.B) < 6));
    }

    [Test]
    public void A_crop_shows_a_part_larger()
    {
        Assert.That(Apply(ImageTransforms.RandomResizedCrop(1, 1), Ramp(25), 5, 5), Is.EqualTo(Ramp(25)).Within(1e-6f), "all of it is the image itself");
        // A ramp cropped to a quarter of its area rises half as fast.
        float[] ramp = [.. Enumerable.Range(0, 400).Select(p => p % 20 / 20f)];
        for (var seed = 0; seed < 20; seed++)
        {
            var cropped = Apply(ImageTransforms.RandomResizedCrop(0.25, 1), ramp, 20, 20, seed);
            Assert.That(cropped[19] - cropped[0], Is.InRange(0.4f, 0.96f));
        }
    }

    [Test]
    public void Noise_has_its_deviation_and_stays_in_range()
    {
        var noise = Apply(ImageTransforms.GaussianNoise(0.2, clip: false), new float[40_000], 200, 200);
        Assert.That(Math.Sqrt(noise.Average(v => v * v)), Is.EqualTo(0.2).Within(0.004));
        Assert.That(noise.Average(), Is.EqualTo(0).Within(0.004));
        Assert.That(Apply(ImageTransforms.GaussianNoise(5), new float[100], 10, 10), Is.All.InRange(0, 1));
    }

    [Test]
    public void Erasing_fills_one_rectangle_of_the_asked_for_area()
    {
        var ones = Enumerable.Repeat(1f, 900).ToArray();
        for (var seed = 0; seed < 50; seed++)
        {
            var erased = Apply(ImageTransforms.RandomErasing(1, 0.1, 0.2), ones, 30, 30, seed);
            int[] holes = [.. Enumerable.Range(0, 900).Where(p => erased[p] == 0)];
            Assert.That(holes.Length / 900.0, Is.InRange(0.07, 0.23));
            int rows = holes.Max(p => p / 30) - holes.Min(p => p / 30) + 1, columns = holes.Max(p => p % 30) - holes.Min(p => p % 30) + 1;
            Assert.That(rows * columns, Is.EqualTo(holes.Length), "a whole rectangle");
        }
    }

    [Test]
    public void A_transform_is_decided_by_its_seed()
    {
        var all = ImageTransforms.Chain(ImageTransforms.RandomCrop(2), ImageTransforms.RandomRotation(20), ImageTransforms.RandomResizedCrop(0.5), ImageTransforms.GaussianNoise(), ImageTransforms.RandomErasing());
        float[] first = Apply(all, Ramp(100), 10, 10, 7), again = Apply(all, Ramp(100), 10, 10, 7);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(first, Is.Not.EqualTo(Apply(all, Ramp(100), 10, 10, 8)));
    }

    [Test]
    public void Numbers_out_of_range_are_refused()
    {
        Action[] calls =
        [
            () => ImageTransforms.RandomShift(-1), () => ImageTransforms.RandomHorizontalFlip(2), () => ImageTransforms.RandomVerticalFlip(double.NaN), () => ImageTransforms.RandomRotation(-1),
            () => ImageTransforms.RandomResizedCrop(0), () => ImageTransforms.RandomResizedCrop(0.5, 2), () => ImageTransforms.GaussianNoise(-1), () => ImageTransforms.RandomErasing(0.5, 0.3, 0.2), () => ImageTransforms.RandomErasing(leastRatio: 0),
        ];
        foreach (var call in calls) Assert.That(call, Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
