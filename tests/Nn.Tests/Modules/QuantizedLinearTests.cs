using CudaNet.Execution;
using CudaNet.Nn;

namespace CudaNet.Tests.Modules;

public class QuantizedLinearTests
{
    [Test]
    public void Rows_are_restored_within_half_a_step([Values(DType.Float32, DType.Float64, DType.BFloat16)] DType type)
    {
        var rows = Tensor.Randn([5, 37], seed: 1).To(type).Realize();
        var (values, scale) = rows.QuantizeRows();
        Assert.That((values.DType, scale.DType, scale.Shape), Is.EqualTo((DType.UInt8, DType.Float32, new Shape(5, 1))));
        var error = ((values.To(DType.Float32) - 128) * scale - rows.To(DType.Float32)).Abs() / scale;
        Assert.That(error.Max().Item(), Is.LessThanOrEqualTo(0.5 + 1e-4), "in steps, with the rounding of the quotient");
        Assert.That((values.To(DType.Int32) - 128).Abs().Max(-1).ToArray<int>(), Is.All.EqualTo(127), "each row uses the whole range");
    }

    [Test]
    public void A_row_of_zeros_stays_zeros()
    {
        var (values, scale) = Tensor.Zeros([1, 4]).QuantizeRows();
        Assert.That(values.ToArray<byte>(), Is.All.EqualTo(128));
        Assert.That(scale.Item(), Is.Zero);
    }

    [Test]
    public void It_is_the_layer_with_its_weights_rounded([Values(1, 3, 40)] int rows, [Values] bool bias)
    {
        var layer = new Linear(65, 33, bias);
        var rounded = new QuantizedLinear(layer);
        var weight = (rounded.Weight.Value.To(DType.Float32) - 128) * rounded.Scale.Value;
        var x = Tensor.Randn([2, rows, 65], seed: 3).Realize();
        Assert.That(rounded.Forward(x).ToArray<float>(), Is.EqualTo(Linear.Apply(x, weight, layer.Bias?.Value).ToArray<float>()).Within(1e-5), "sums of 65 products of order 1/8");
        Assert.That(rounded.Forward(x[0, 0]).ToArray<float>(), Is.EqualTo(rounded.Forward(x)[0, 0].ToArray<float>()).Within(1e-5));
        // A weight is off by less than a 254th of the greatest of its row, 1/√65, at random: 65 of them times values of order 1 by 1/254/√3 · 4 deviations.
        Assert.That(rounded.Forward(x).ToArray<float>(), Is.EqualTo(layer.Forward(x).ToArray<float>()).Within(1.0 / 254 / Math.Sqrt(3) * 5));
    }

    [Test]
    public void Scale_and_bias_ride_on_the_product()
    {
        var layer = new QuantizedLinear(new Linear(64, 32)).Eval();
        var plan = Plan.Of(layer.Forward(Tensor.Ones([1, 64]).Realize()).Gelu());
        Assert.That(plan.Steps, Has.Count.EqualTo(1));
        Assert.That(plan.Steps[0].Name, Does.StartWith("QuantizedMatMul+"));
    }

    [Test]
    public void Halves_give_halves()
    {
        var layer = new QuantizedLinear(new Linear(16, 8));
        var x = Tensor.Randn([3, 16], seed: 5).Realize();
        var half = layer.Forward(x.To(DType.BFloat16));
        // The bias is in Float32, as in other layers: the sum of both has its type.
        Assert.That(half.DType, Is.EqualTo(DType.Float32));
        Assert.That(half.ToArray<float>(), Is.EqualTo(layer.Forward(x).ToArray<float>()).Within(2e-2));
    }

    [Test]
    public void Gradients_reach_the_input()
    {
        var layer = new QuantizedLinear(new Linear(6, 4));
        var x = Tensor.Randn([3, 6], seed: 7).Realize();
        var gradient = Grad.Of(layer.Forward(x).Square().Sum(), x);
        var weight = (layer.Weight.Value.To(DType.Float32) - 128) * layer.Scale.Value;
        Assert.That(gradient.ToArray<float>(), Is.EqualTo((2 * layer.Forward(x)).MatMul(weight).ToArray<float>()).Within(1e-5));
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var layer = new QuantizedLinear(new Linear(6, 4));
        Assert.That(() => layer.Forward(Tensor.Zeros([2, 5])), Throws.TypeOf<ShapeException>().With.Message.Contains("6 features"));
        Assert.That(() => new QuantizedLinear(Tensor.Zeros([3])), Throws.TypeOf<ShapeException>().With.Message.Contains("[out, in]"));
        Assert.That(() => new QuantizedLinear(Tensor.Zeros([3, 2]), Tensor.Zeros([2])), Throws.TypeOf<ShapeException>().With.Message.Contains("3 outputs"));
    }

    [Test]
    public void Its_state_is_saved_and_loaded()
    {
        var (first, second) = (new QuantizedLinear(new Linear(6, 4)), new QuantizedLinear(new Linear(6, 4)));
        Assert.That(first.StateDict().Keys, Is.EquivalentTo(["weight", "scale", "bias"]));
        second.LoadStateDict(first.StateDict());
        var x = Tensor.Ones([1, 6]);
        Assert.That(second.Forward(x).ToArray<float>(), Is.EqualTo(first.Forward(x).ToArray<float>()));
    }
}
