using CudaNet.Nn.Training;

namespace CudaNet.Tests;

[TestFixture]
internal sealed class SegmentationTests
{
    [Test]
    public void Masks_made_by_hand_have_their_overlap()
    {
        Tensor a = Tensor.From(1f, 1, 1, 0), b = Tensor.From(0f, 1, 1, 1);
        Assert.That(Segmentation.IntersectionOverUnion(a, b), Is.EqualTo(0.5));
        Assert.That(Segmentation.Dice(a, b), Is.EqualTo(2.0 / 3).Within(1e-7));
        Assert.That(Segmentation.IntersectionOverUnion(a, 1 - a), Is.Zero);
        Assert.That(Segmentation.IntersectionOverUnion(a > 0, a > 0), Is.EqualTo(1));
        Assert.That(Segmentation.IntersectionOverUnion(Tensor.Zeros([4]), Tensor.Zeros([4])), Is.EqualTo(1));
        Assert.That(Segmentation.Dice(Tensor.Zeros([4]), Tensor.Zeros([4])), Is.EqualTo(1));
        Assert.That(() => Segmentation.Dice(a, Tensor.Zeros([3])), Throws.TypeOf<ShapeException>().With.Message.Contains("[4] and [3]"));
    }

    [Test]
    public void The_boundary_tells_what_the_area_hides()
    {
        // A square of 10 × 10 against one of 8 × 8 inside of it: they share no border at all.
        static Tensor Square(int from, int to) => Tensor.Ones([1, 1, to - from, to - from]).Pad([from, from], [16 - to, 16 - to]);
        Assert.That(Segmentation.IntersectionOverUnion(Square(3, 13), Square(4, 12)), Is.EqualTo(0.64).Within(1e-7));
        Assert.That(Segmentation.BoundaryIntersectionOverUnion(Square(3, 13), Square(4, 12)), Is.Zero);
        Assert.That(Segmentation.BoundaryIntersectionOverUnion(Square(3, 13), Square(3, 13), 2), Is.EqualTo(1));
        // Rings two wide: 100 − 36 and 64 − 16 pixels, of which those between 8 × 8 and 6 × 6 are in both.
        Assert.That(Segmentation.BoundaryIntersectionOverUnion(Square(3, 13), Square(4, 12), 2), Is.EqualTo(28.0 / (64 + 48 - 28)).Within(1e-7));
        Assert.That(() => Segmentation.BoundaryIntersectionOverUnion(Square(3, 13), Square(3, 13), 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_confusion_matrix_gives_the_overlap_of_each_class()
    {
        var matrix = new ConfusionMatrix([0, 0, 1, 1, 1], [0, 1, 1, 1, 0], 3);
        Assert.That(matrix.IntersectionOverUnion(0), Is.EqualTo(1.0 / 3));
        Assert.That(matrix.IntersectionOverUnion(1), Is.EqualTo(0.5));
        Assert.That(matrix.IntersectionOverUnion(2), Is.NaN);
        Assert.That(matrix.MeanIntersectionOverUnion, Is.EqualTo((1.0 / 3 + 0.5) / 2).Within(1e-12));
    }
}
