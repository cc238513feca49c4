namespace CudaNet.Nn.Training;

/// <summary>How well masks of pixels agree. Masks are of any shape, true (or not 0) inside; two empty ones agree wholly.</summary>
/// <remarks>Of several classes: <see cref="ConfusionMatrix.IntersectionOverUnion"/> of each.</remarks>
public static class Segmentation
{
    /// <summary>|A ∩ B|/|A ∪ B|, the Jaccard index.</summary>
    /// <param name="prediction">A.</param>
    /// <param name="target">B.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static double IntersectionOverUnion(Tensor prediction, Tensor target)
    {
        var (a, b) = Masks(prediction, target, nameof(IntersectionOverUnion));
        double both = (a * b).Sum().Item(), either = a.Maximum(b).Sum().Item();
        return either == 0 ? 1 : both / either;
    }

    /// <summary>2·|A ∩ B|/(|A| + |B|).</summary>
    /// <inheritdoc cref="IntersectionOverUnion"/>
    public static double Dice(Tensor prediction, Tensor target)
    {
        var (a, b) = Masks(prediction, target, nameof(Dice));
        double both = (a * b).Sum().Item(), sum = (a + b).Sum().Item();
        return sum == 0 ? 1 : 2 * both / sum;
    }

    /// <summary>The intersection over union of what lies inside within so many pixels of the border: it tells sharp outlines from
    /// blurred ones, which the whole area of a large object hides.</summary>
    /// <param name="prediction">A, [batch, channels, height, width].</param>
    /// <param name="target">B.</param>
    /// <param name="distance">Pixels from the border that count.</param>
    /// <remarks>Cheng, Girshick, Dollár, Berg, Kirillov 2021.</remarks>
    /// <exception cref="ShapeException">The shapes differ, or are no images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The distance is not positive.</exception>
    public static double BoundaryIntersectionOverUnion(Tensor prediction, Tensor target, int distance = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distance, 1);
        var (a, b) = Masks(prediction, target, nameof(BoundaryIntersectionOverUnion));
        return IntersectionOverUnion(Boundary(a, distance), Boundary(b, distance));
    }

    /// <summary>What is inside and within a distance of what is outside; the image's edge is outside.</summary>
    private static Tensor Boundary(Tensor mask, int distance)
    {
        var outside = (1 - mask).Pad(Integers.Repeat(distance, 2), Integers.Repeat(distance, 2), value: 1);
        return mask * outside.MaxPool2d(2 * distance + 1, 1);
    }

    private static (Tensor A, Tensor B) Masks(Tensor prediction, Tensor target, string name) => prediction.Shape == target.Shape
        ? (prediction.Ne(0).To(DType.Float32), target.Ne(0).To(DType.Float32))
        : throw new ShapeException($"Segmentation.{name}: the masks {prediction.Shape} and {target.Shape} differ in shape. Give two of the same.");
}
