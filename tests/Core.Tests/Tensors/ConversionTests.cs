using NumericsTensor = System.Numerics.Tensors.Tensor;

namespace CudaNet.Tests.Tensors;

public class ConversionTests
{
    [Test]
    public void Arrays_of_each_rank_keep_their_order()
    {
        Assert.That(Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(Tensor.From(new[, ,] { { { 1f }, { 2f } } }).Shape, Is.EqualTo(new Shape(1, 2, 1)));
        var four = new double[2, 1, 3, 2];
        four[1, 0, 2, 1] = 7;
        Assert.That(Tensor.From(four)[1, 0, 2, 1].Item<double>(), Is.EqualTo(7));
        Assert.That(Tensor.From([1f, 2f, 3f, 4f], [2, 2]).T.ToArray<float>(), Is.EqualTo(new[] { 1f, 3, 2, 4 }));
    }

    [Test]
    public void Every_element_type_survives_the_way_there_and_back()
    {
        Same<bool>(true, false);
        Same<byte>(0, 255);
        Same(int.MinValue, int.MaxValue);
        Same(long.MinValue, long.MaxValue);
        Same((Half)1.5, Half.NaN);
        Same((BFloat16)1.5f, (BFloat16)float.NegativeInfinity);
        Same(float.Epsilon, float.NaN);
        Same(double.MaxValue, -0.0);
        static void Same<T>(params T[] values) where T : unmanaged => Assert.That(Tensor.From(values).ToArray<T>(), Is.EqualTo(values));
    }

    [Test]
    public void Spans_are_copied_in_and_out()
    {
        Span<float> source = [1, 2, 3];
        var x = Tensor.From<float>(source, [3]);
        source[0] = 9;
        var target = new float[5];
        x.CopyTo<float>(target.AsSpan(1));
        Assert.That(target, Is.EqualTo(new[] { 0f, 1, 2, 3, 0 }));
        Assert.That(() => x.CopyTo<float>(new float[2]), Throws.TypeOf<ShapeException>().With.Message.Contains("3 elements do not fit into a span of 2"));
    }

    [Test]
    public void Tensors_of_the_base_library_convert_both_ways()
    {
        var theirs = NumericsTensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        var ours = Tensor.From(theirs);
        Assert.That(ours.Shape, Is.EqualTo(new Shape(2, 3)));
        var back = ours.T.ToSystemTensor<float>();
        Assert.That(back.Lengths.ToArray(), Is.EqualTo(new nint[] { 3, 2 }));
        Assert.That(back[2, 0], Is.EqualTo(3f));
        // A view of theirs that is not row-major.
        var sliced = theirs.Slice([System.Buffers.NRange.All, new System.Buffers.NRange(1, System.Buffers.NIndex.End)]);
        Assert.That(Tensor.From(sliced).ToArray<float>(), Is.EqualTo(new[] { 2f, 3, 5, 6 }));
    }

    [Test]
    public void Wrong_types_and_counts_are_refused_with_the_remedy()
    {
        var x = Tensor.From(1f, 2f);
        Assert.That(() => x.ToArray<double>(), Throws.TypeOf<DTypeException>().With.Message.Contains(".To(DType.Float64)"));
        Assert.That(() => x.Item<float>(), Throws.TypeOf<ShapeException>().With.Message.Contains("2 elements"));
        Assert.That(() => Tensor.From([1f, 2f], [3]), Throws.TypeOf<ShapeException>());
        Assert.That(() => Tensor.From('a'), Throws.TypeOf<DTypeException>());
        Assert.That(() => new Shape(2, -1), Throws.TypeOf<ShapeException>());
    }
}
