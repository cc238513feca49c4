namespace CudaNet.Tests.Tensors;

public class OrderingTests
{
    [Test]
    public void Not_a_number_is_the_greatest_and_zeros_are_equal()
    {
        var x = Tensor.From(0f, float.NaN, -0f, float.PositiveInfinity, -1f);
        Assert.That(x.ArgSort().ToArray<long>(), Is.EqualTo(new long[] { 4, 0, 2, 3, 1 }));
        Assert.That(x.ArgSort(descending: true).ToArray<long>(), Is.EqualTo(new long[] { 1, 3, 0, 2, 4 }));
        Assert.That(x.TopK(2).Indices.ToArray<long>(), Is.EqualTo(new long[] { 1, 3 }));
    }

    [Test]
    public void Extreme_integers_keep_their_order()
    {
        var x = Tensor.From(0L, long.MinValue, long.MaxValue, -1L);
        Assert.That(x.Sort().Values.ToArray<long>(), Is.EqualTo(new[] { long.MinValue, -1, 0, long.MaxValue }));
        Assert.That(x.CumMin(0).Values.ToArray<long>(), Is.EqualTo(new[] { 0, long.MinValue, long.MinValue, long.MinValue }));
        Assert.That(x.CumMax(0).Indices.ToArray<long>(), Is.EqualTo(new long[] { 0, 0, 2, 2 }));
    }

    [Test]
    public void A_million_numbers_are_sorted()
    {
        var x = Tensor.Randn([1_000_000], seed: 5).Realize();
        var expected = x.ToArray<float>();
        Array.Sort(expected);
        Assert.That(x.Sort().Values.ToArray<float>(), Is.EqualTo(expected));
        Assert.That(x.TopK(100).Values.ToArray<float>(), Is.EqualTo(expected.Reverse().Take(100)));
    }

    [Test]
    public void Running_products_have_right_gradients_at_zeros()
    {
        var x = Tensor.From(2.0, 0.0, 3.0, 0.0);
        // y = (2, 0, 0, 0); ∂Σy/∂x = 1 + x₁ + x₁x₂ + …, products without the element itself.
        Assert.That(Grad.Of(x.CumProd(0).Sum(), x).ToArray<double>(), Is.EqualTo(new[] { 1.0, 2 + 6, 0, 0 }));
    }

    [Test]
    public void Medians_and_quantiles_interpolate_as_in_PyTorch()
    {
        var x = Tensor.From(4f, 1f, 3f, 2f);
        Assert.That(x.Median().Item<float>(), Is.EqualTo(2f), "the lower of the two in the middle");
        Assert.That(x.Quantile(0.5).Item<float>(), Is.EqualTo(2.5f));
        Assert.That(x.Quantile(0.25).Item<float>(), Is.EqualTo(1.75f));
        Assert.That(Tensor.From(1f, float.NaN).Median().Item<float>(), Is.NaN);
    }

    [Test]
    public void Different_values_are_sorted_counted_and_found_again()
    {
        var x = Tensor.From(new[,] { { 3, 1, 3 }, { 7, 1, 3 } });
        var (values, inverse, counts) = x.Unique();
        Assert.That(values.ToArray<int>(), Is.EqualTo(new[] { 1, 3, 7 }));
        Assert.That(counts.ToArray<long>(), Is.EqualTo(new long[] { 2, 3, 1 }));
        Assert.That(values.Take(inverse).ToArray<int>(), Is.EqualTo(x.ToArray<int>()));
    }

    [Test]
    public void Values_are_put_in_where_they_keep_the_order()
    {
        var x = Tensor.From(1f, 3f, 3f, 5f);
        Assert.That(x.SearchSorted(Tensor.From(0f, 3f, 9f, float.NaN)).ToArray<long>(), Is.EqualTo(new long[] { 0, 1, 4, 4 }));
        Assert.That(x.SearchSorted(Tensor.From(3f), right: true).ToArray<long>(), Is.EqualTo(new long[] { 3 }));
    }

    [Test]
    public void The_last_of_several_values_for_one_element_stays_and_has_the_gradient()
    {
        var values = Tensor.From(10.0, 20.0, 30.0);
        Tensor Y() => Tensor.Zeros([3], DType.Float64).Scatter(Tensor.From(1, 1, 0), values, 0);
        Assert.That(Y().ToArray<double>(), Is.EqualTo(new[] { 30.0, 20, 0 }));
        Assert.That(Grad.Of((Y() * Tensor.From(1.0, 2.0, 3.0)).Sum(), values).ToArray<double>(), Is.EqualTo(new[] { 0.0, 2, 1 }));
    }

    [Test]
    public void Batched_forms_of_indexing_equal_one_example_after_the_other()
    {
        var x = Tensor.Randn([4, 3, 5], seed: 1, type: DType.Float64).Realize();
        var places = Tensor.Randint([4, 2, 2], 0, 3, seed: 2).Realize();
        Same((a, i) => a.Take(i, 0), x, places);
        Same((a, i) => a.T.Take(i, 1), x, places);
        Same((a, i) => a.IndexAdd(i.Flatten()[..1], a[..1] * 2), x, places);
        Same((a, i) => a.Gather(i, 0), x, places);
        Same((a, i) => Tensor.Zeros([3, 5], DType.Float64).ScatterAdd(i, a, 0), x, places);
        Same((a, i) => a.Scatter(i, a + 1, 0), x, places);
        Same((a, i) => a[i, 1], x, places);
        Same((a, i) => Tensor.Ones([3, 2], DType.Float64).Take(i) * a.Sum(), x, places);
        Same((a, i) => a.CumSum(0) + a.Sort(1).Values + a.Flip(0) + a.Pad([1, 0], [0, 0])[1..], x, places);
        Same((a, i) => a.Windows([0, 1], [2, 2]).FoldWindows([0, 1], [1, 1], [1, 1], [3, 5]) + Tensor.Concat([a[..1], Tensor.Zeros([2, 5], DType.Float64)]), x, places);
        Same((a, i) => a.Diagonal() * a.CumProd(1)[.., 0] + a.TopK(3).Values[0], x, places);

        static void Same(Func<Tensor, Tensor, Tensor> f, Tensor x, Tensor places)
        {
            var batched = Vmap.Of(f)(x, places);
            var each = Tensor.Stack([.. Enumerable.Range(0, 4).Select(b => f(x[b], places[b]))]);
            Assert.That(batched.Shape, Is.EqualTo(each.Shape));
            Assert.That(batched.ToArray<double>(), Is.EqualTo(each.ToArray<double>()).Within(1e-12));
        }
    }
}
