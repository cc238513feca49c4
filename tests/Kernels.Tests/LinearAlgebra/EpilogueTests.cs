using CudaNet.Execution;

namespace CudaNet.Tests.LinearAlgebra;

/// <summary>Products and convolutions with what rides on them: bias, activation, residual, a change of type.</summary>
public class EpilogueTests
{
    private static Tensor Random(Shape shape, int seed, DType type = DType.Float32) => Tensor.Randn(shape, seed: seed).To(type).Realize();

    private static IEnumerable<TestCaseData> Chains()
    {
        static TestCaseData Named(string name, Func<Tensor, Tensor, Tensor, Tensor> f) => new TestCaseData(f).SetArgDisplayNames(name);
        yield return Named("bias", (y, bias, _) => y + bias);
        yield return Named("bias and relu", (y, bias, _) => (y + bias).Relu());
        yield return Named("bias, gelu, residual", (y, bias, residual) => (y + bias).Gelu() + residual);
        yield return Named("scaled residual", (y, _, residual) => y * 0.5 + residual * 2);
        yield return Named("another shape", (y, bias, residual) => (y + bias).Flatten(1).Relu() + residual.Flatten(1));
        yield return Named("one row", (y, _, residual) => y.Flatten() * 2 - residual.Flatten());
        yield return Named("comparison", (y, bias, _) => y > bias);
        yield return Named("cast to half", (y, bias, _) => (y + bias).To(DType.Float16));
        yield return Named("cast to double", (y, _, residual) => (y - residual).To(DType.Float64));
        yield return Named("choice by a mask", (y, _, residual) => (residual > 0).Where(y, 0));
    }

    [TestCaseSource(nameof(Chains))]
    public void A_product_with_an_epilogue_equals_the_reference(Func<Tensor, Tensor, Tensor, Tensor> chain)
    {
        foreach (var type in DTypes.Floating)
            foreach (var (m, k, n) in ((int, int, int)[])[(1, 7, 5), (33, 65, 47), (130, 300, 70), (5, 0, 4), (0, 3, 2)])
            {
                var (a, b) = (Random([m, k], 1, type), Random([n, k], 2, type).T);
                Check(chain(a.MatMul(b), Random([n], 3, type), Random([m, n], 4, type)), type, Math.Max(1, k));
            }
    }

    [TestCaseSource(nameof(Chains))]
    public void A_batched_product_with_an_epilogue_equals_the_reference(Func<Tensor, Tensor, Tensor, Tensor> chain)
    {
        // The batch axes of A step unevenly, so several calls are made.
        var a = Random([3, 2, 9, 5], 1).Transpose(0, 1);
        var y = a.MatMul(Random([3, 5, 7], 2));
        Check(chain(y, Random([7], 3), Random([2, 3, 9, 7], 4)), DType.Float32, 5);
    }

    [TestCaseSource(nameof(Chains))]
    public void A_convolution_with_an_epilogue_equals_the_reference(Func<Tensor, Tensor, Tensor, Tensor> chain)
    {
        foreach (var type in DTypes.Floating)
        {
            var y = Random([3, 2, 9, 8], 1, type).Conv2d(Random([5, 2, 3, 3], 2, type), padding: 1);
            Check(chain(y, Random([5, 1, 1], 3, type), Random([3, 5, 9, 8], 4, type)), type, 18);
            // A residual that cannot be laid out over flat places.
            Check(chain(y, Random([5, 1, 8], 3, type), Random([3, 5, 8, 9], 4, type).Transpose(2, 3)), type, 18);
            var z = Random([3, 4, 5, 6], 1, type).ConvTranspose2d(Random([4, 5, 3, 3], 2, type), stride: 2);
            Check(chain(z, Random([5, 1, 1], 3, type), Random([3, 5, 11, 13], 4, type)), type, 36);
        }
    }

    [Test]
    public void Bias_and_activation_ride_on_the_product()
    {
        var y = (Random([64, 784], 1).MatMul(Random([128, 784], 2).T) + Random([128], 3)).Relu();
        Assert.That(Plan.Of(y).Steps, Has.Count.EqualTo(1));
        var z = (Random([4, 3, 8, 8], 1).Conv2d(Random([6, 3, 3, 3], 2), Random([6], 3))).Relu();
        Assert.That(Plan.Of(z).Steps, Has.Count.EqualTo(1));
    }

    private static void Check(Tensor y, DType type, int length)
    {
        var unit = type switch { DType.Float64 => 1e-12, DType.Float32 => 4e-6, DType.Float16 => 4e-3, _ => 3e-2 };
        if (y.DType == DType.Float16) unit = Math.Max(unit, 4e-3);
        if (y.DType == DType.Bool) Assert.That(Tensor.From(CudaNet.Cpu.Reference.ReferenceInterpreter.Evaluate(y).Values).ToDoubles().Zip(y.ToDoubles(), (e, v) => e == v ? 0 : 1).Sum(), Is.LessThanOrEqualTo(y.ElementCount / 50), "more than ties may differ");
        else Close.AssertReference(y, unit * Math.Sqrt(length));
    }
}
