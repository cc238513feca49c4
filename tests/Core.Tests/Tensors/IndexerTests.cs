namespace CudaNet.Tests.Tensors;

public class IndexerTests
{
    private static Tensor Cube => Tensor.Arange(24).Reshape(2, 3, 4);

    private static void Holds(Tensor actual, Shape shape, params long[] values)
    {
        Assert.That(actual.Shape, Is.EqualTo(shape));
        Assert.That(actual.ToArray<long>(), Is.EqualTo(values));
    }

    [Test]
    public void Elements_drop_their_axes()
    {
        Holds(Cube[1, 2, 3], [], 23);
        Holds(Cube[^1, 0], [4], 12, 13, 14, 15);
        Holds(Cube[-2, -1, -4], [], 8);
    }

    [Test]
    public void Ranges_are_those_of_the_language()
    {
        Holds(Cube[1.., 1..2, ^2..], [1, 1, 2], 18, 19);
        Holds(Cube[.., 0, ..2], [2, 2], 0, 1, 12, 13);
        Holds(Cube[0, 3..], [0, 4]);
    }

    [Test]
    public void Steps_may_run_backwards()
    {
        Holds(Cube[0, 0, TensorIndex.Every(-1)], [4], 3, 2, 1, 0);
        Holds(Cube[0, TensorIndex.Every(2), TensorIndex.Slice(3, 0, -2)], [2, 2], 3, 1, 11, 9);
        Holds(Cube[TensorIndex.Every(-1), 1, TensorIndex.Slice(-3, 100)], [2, 3], 17, 18, 19, 5, 6, 7);
    }

    [Test]
    public void Ellipsis_and_new_axes_stand_anywhere()
    {
        Holds(Cube[TensorIndex.Ellipsis, 0], [2, 3], 0, 4, 8, 12, 16, 20);
        Holds(Cube[1, TensorIndex.Ellipsis, ^1], [3], 15, 19, 23);
        Assert.That(Cube[TensorIndex.NewAxis, .., TensorIndex.NewAxis].Shape, Is.EqualTo(new Shape(1, 2, 1, 3, 4)));
        Assert.That(Cube[0, (Tensor?)null, TensorIndex.Ellipsis, (Tensor?)null].Shape, Is.EqualTo(new Shape(1, 3, 4, 1)));
    }

    [Test]
    public void Tensors_of_integers_gather_and_broadcast()
    {
        Holds(Cube[0, Tensor.From(2, -3)], [2, 4], 8, 9, 10, 11, 0, 1, 2, 3);
        Holds(Cube[.., Tensor.From(0, 2), Tensor.From(3, -1)], [2, 2], 3, 11, 15, 23);
        Holds(Cube[1, Tensor.From(new[,] { { 0 }, { 2 } }), Tensor.From(1, 3)], [2, 2], 13, 15, 21, 23);
    }

    [Test]
    public void Tensors_that_are_not_neighbours_put_their_axes_in_front()
    {
        var y = Cube[Tensor.From(1, 0, 1), .., Tensor.From(0, 1, 2)];
        Holds(y, [3, 3], 12, 16, 20, 1, 5, 9, 14, 18, 22);
    }

    [Test]
    public void Masks_select_where_they_are_true()
    {
        Holds(Cube[Cube > 20], [3], 21, 22, 23);
        Holds(Cube[Tensor.From(false, true), 0], [1, 4], 12, 13, 14, 15);
        Holds(Cube[0, .., Tensor.From(true, false, false, true)], [3, 2], 0, 3, 4, 7, 8, 11);
        Holds(Cube[Cube < 0], [0]);
    }

    [Test]
    public void Every_part_is_a_view_until_a_tensor_gathers()
    {
        // A view of a view of …: one copy at most, whatever stands between.
        var plan = Compiled.PlanOf(x => [x[0][1..][.., TensorIndex.Every(-1)][^1, 1..]], Tensor.Ones([2, 3, 4]).Realize());
        Assert.That(plan.Steps, Has.Count.LessThanOrEqualTo(1), plan.Explain());
    }

    [Test]
    public void An_empty_index_says_what_to_write() => Assert.That(() => Cube[Array.Empty<TensorIndex>()], Throws.TypeOf<AxisException>().With.Message.Contains("NewAxis"));

    [Test]
    public void One_past_the_end_is_refused() => Assert.That(() => Cube[^0], Throws.TypeOf<AxisException>().With.Message.Contains("^1"));

    [Test]
    public void A_value_out_of_range_names_axis_and_bound_and_leaves_the_engine_usable()
    {
        var wrong = Cube[.., Tensor.From(0, 3)];
        Assert.That(() => wrong.ToArray<long>(), Throws.TypeOf<IndexValueException>().With.Message.Contains("index 3 is out of range for axis 0 of 3 elements"));
        Assert.That(() => wrong.ToArray<long>(), Throws.TypeOf<IndexValueException>(), "and again when it is read again");
        Holds(Cube[0, 0, ..2], [2], 0, 1);
    }

    [Test]
    public void Gathered_elements_get_the_sum_of_their_gradients()
    {
        var x = Tensor.From(1.0, 2.0, 3.0);
        var g = Grad.Of((x[Tensor.From(0, 2, 0)] * Tensor.From(1.0, 10.0, 100.0)).Sum(), x);
        Assert.That(g.ToArray<double>(), Is.EqualTo(new[] { 101.0, 0, 10 }));
    }
}
