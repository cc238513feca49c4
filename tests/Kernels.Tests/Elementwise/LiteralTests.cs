namespace CudaNet.Tests.Elementwise;

/// <summary>Numbers beside tensors.</summary>
public class LiteralTests
{
    [Test]
    public void A_tensor_of_one_number_is_filled_with_it_in_every_type([Values] DType type) =>
        Assert.That(Tensor.Full([3, 700], 1, type).ToDoubles(), Is.All.EqualTo(1));

    [Test]
    public void A_half_that_is_only_known_in_float_is_rounded() =>
        Assert.That(Tensor.Full([3], 0.1, DType.Float16).ToArray<Half>(), Is.All.EqualTo((Half)0.1));

    [Test]
    public void A_number_that_does_not_fit_the_integer_type_beside_it_is_refused()
    {
        var bytes = Tensor.From<byte>(1, 2, 3);
        Assert.Multiple(() =>
        {
            Assert.That(() => bytes + 300, Throws.TypeOf<DTypeException>().With.Message.Contains("300 does not fit into u8"));
            Assert.That(() => bytes.Eq(-1), Throws.TypeOf<DTypeException>().With.Message.Contains("-1 does not fit into u8"));
            Assert.That((bytes + 1.5).DType, Is.EqualTo(DType.Float32));
            Assert.That(bytes.Clamp(-5, 2).ToArray<byte>(), Is.EqualTo(new byte[] { 1, 2, 2 }));
        });
    }

    [Test]
    public void Known_powers_become_products_and_roots()
    {
        var x = Tensor.From(2f, 3f);
        Assert.Multiple(() =>
        {
            Assert.That(x.Pow(2).Node.Op.Name, Is.EqualTo("Mul"));
            Assert.That(x.Pow(0.5).Node.Op.Name, Is.EqualTo("Sqrt"));
            Assert.That(x.Pow(-1).Node.Op.Name, Is.EqualTo("Reciprocal"));
            Assert.That(x.Pow(0).ToArray<float>(), Is.EqualTo(new float[] { 1, 1 }));
            Assert.That(Tensor.From(2, 3).Pow(3).ToArray<int>(), Is.EqualTo(new[] { 8, 27 }));
        });
    }

    [Test]
    public void An_integer_divided_by_zero_is_refused_by_name() =>
        Assert.That(() => (Tensor.From(1, 2) % Tensor.From(1, 0)).ToArray<int>(),
            Throws.TypeOf<DivideByZeroException>().With.Message.Contains("Remainder").And.Message.Contains("divided by 0"));
}
