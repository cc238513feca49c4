namespace CudaNet.Tests.Execution;

[TestFixture]
internal sealed class AnomalyTests
{
    [Test]
    public void The_first_operation_that_gives_NaN_is_named_with_its_shape_inputs_and_place()
    {
        var x = Tensor.From(2f, -3f, 1f);
        using var search = Anomaly.Detect();
        var y = ((x.Log() + 1) * 2).Sum();
        var error = Assert.Throws<AnomalyException>(() => y.Item())!;
        Assert.That((error.Operation, error.Type.Shape), Is.EqualTo(("Log", new Shape(3))));
        Assert.That(error.Message, Does.Contain("Log gives the first NaN: f32[3] from f32[3] of -3 … 2").And.Contain("AnomalyTests.cs:").And.Contain(nameof(The_first_operation_that_gives_NaN_is_named_with_its_shape_inputs_and_place)));
    }

    [Test]
    public void An_infinity_is_told_before_the_NaN_that_it_becomes()
    {
        var x = Tensor.From(1f, 0f);
        using var search = Anomaly.Detect();
        var y = x.Reciprocal();
        Assert.That(() => (y - y).Sum().Item(), Throws.TypeOf<AnomalyException>().With.Message.Contain("Reciprocal gives the first infinity").And.Message.Contain("0 … 1"));
    }

    [Test]
    public void A_gradient_names_the_operation_that_it_is_of()
    {
        var x = new Parameter(Tensor.From(0f, 4f), "x");
        using var search = Anomaly.Detect();
        var y = (x.Value.Sqrt() * Tensor.From(0f, 1f)).Sum();
        Assert.That(y.Item(), Is.EqualTo(2), "the forward pass is finite");
        var gradient = Grad.Of(y, x.Value);
        Assert.That(() => gradient.Realize(), Throws.TypeOf<AnomalyException>().With.Message.Contain("in the gradient of Sqrt, built in AnomalyTests."));
    }

    [Test]
    public void Constants_that_are_infinite_are_no_anomaly()
    {
        var x = Tensor.From(1f, 2f, 3f);
        var given = Tensor.From(0f, float.NegativeInfinity, 0f);
        using var search = Anomaly.Detect();
        Assert.That((x > 2).Where(double.NegativeInfinity, x).Softmax().ToArray<float>()[2], Is.Zero);
        Assert.That((x + given).Softmax().ToArray<float>()[1], Is.Zero);
        Assert.That(() => (given - given).Realize(), Throws.TypeOf<AnomalyException>().With.Message.Contain("Sub gives the first NaN"), "NaN is one, whatever it comes from");
    }

    [Test]
    public void NaN_that_was_given_is_told_as_such()
    {
        var weight = new Parameter(Tensor.From(1f, float.NaN), "fc1.weight");
        using (Anomaly.Detect())
            Assert.That(() => (weight.Value * 2).Realize(), Throws.TypeOf<AnomalyException>().With.Message.Contain("'fc1.weight' and holds NaN already"));
        Assert.That((weight.Value * 2).ToArray<float>()[0], Is.EqualTo(2), "the search is over");
    }

    [Test]
    public void A_compiled_function_is_searched_too_and_is_compiled_again_afterwards()
    {
        var f = Compiled.Of(x => (x.Log() * 2).Exp());
        Assert.That(f(Tensor.From(-1f)).ToArray<float>()[0], Is.NaN);
        using (Anomaly.Detect())
        {
            Assert.That(() => f(Tensor.From(-1f)).Realize(), Throws.TypeOf<AnomalyException>().With.Message.Contain("Log"));
            Assert.That(f(Tensor.From(3f)).Item(), Is.EqualTo(9).Within(1e-5));
        }
        Assert.That(f(Tensor.From(3f)).Item(), Is.EqualTo(9).Within(1e-5));
    }

    [Test]
    public void Constants_and_integers_are_computed_as_ever()
    {
        using var search = Anomaly.Detect();
        Assert.That(Tensor.Full([2], 3.0).ToArray<float>(), Is.EqualTo(new float[] { 3, 3 }));
        Assert.That((Tensor.Arange(0, 3, 1, DType.Int64) * 2).ToArray<long>(), Is.EqualTo(new long[] { 0, 2, 4 }));
    }
}
