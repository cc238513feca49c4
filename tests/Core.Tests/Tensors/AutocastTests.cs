namespace CudaNet.Tests.Tensors;

/// <summary>Which types ops take in a scope of mixed precision.</summary>
internal sealed class AutocastTests
{
    [TestCase(DType.BFloat16), TestCase(DType.Float16)]
    public void Products_are_halves_and_softmax_is_full(DType half)
    {
        var (x, w) = (Tensor.Ones([2, 3]), Tensor.Ones([3, 4]));
        using (Autocast.To(half))
        {
            var y = x.MatMul(w);
            Assert.That(y.DType, Is.EqualTo(half));
            Assert.That((y + 1).DType, Is.EqualTo(half));
            Assert.That(y.Softmax(-1).DType, Is.EqualTo(DType.Float32));
            Assert.That(y.Sum().DType, Is.EqualTo(DType.Float32));
            Assert.That(y.ToDoubles(), Is.All.EqualTo(3.0), "a value can be read inside of the scope");
            using (Autocast.Off()) Assert.That(x.MatMul(w).DType, Is.EqualTo(DType.Float32));
            Assert.That(x.MatMul(w).DType, Is.EqualTo(half));
        }
        Assert.That(x.MatMul(w).DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Float64_and_integers_are_left_alone()
    {
        using var scope = Autocast.To(DType.BFloat16);
        Assert.That(Tensor.Ones([2, 2], DType.Float64).MatMul(Tensor.Ones([2, 2], DType.Float64)).DType, Is.EqualTo(DType.Float64));
        Assert.That(Tensor.Ones([2, 2], DType.Int32).MatMul(Tensor.Ones([2, 2], DType.Int32)).DType, Is.EqualTo(DType.Int32));
    }

    [Test]
    public void Gradients_of_parameters_come_back_in_their_own_type()
    {
        var w = new Parameter(Tensor.From(new[] { 0.5f, -0.25f }).Reshape([2, 1]), "w");
        Tensor loss;
        using (Autocast.To(DType.BFloat16)) loss = Tensor.From(new[] { 1f, 2f }).Reshape([1, 2]).MatMul(w.Value).Square().Sum();
        loss.Backward();
        Assert.That(w.Grad!.DType, Is.EqualTo(DType.Float32));
        // The product is 0, so is the gradient; both are exact in BFloat16.
        Assert.That(w.Grad.ToDoubles(), Is.EqualTo(new[] { 0.0, 0 }));
    }

    [Test]
    public void A_compiled_function_has_a_plan_for_each_precision()
    {
        var f = Compiled.Of((Tensor x) => x.MatMul(x));
        var x = Tensor.Ones([2, 2]);
        Assert.That(f(x).DType, Is.EqualTo(DType.Float32));
        using (Autocast.To(DType.Float16)) Assert.That(f(x).DType, Is.EqualTo(DType.Float16));
        Assert.That(f(x).DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void A_type_that_is_no_half_is_refused() =>
        Assert.That(() => Autocast.To(DType.Float32), Throws.TypeOf<DTypeException>().With.Message.Contains("DType.BFloat16"));
}
