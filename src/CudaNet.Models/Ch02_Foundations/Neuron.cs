using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.5: a weighted sum and a non-linear function.</summary>
internal sealed class Neuron() : CourseSystem("02.neuron", "A neuron: weighted sum, bias, sigmoid",
    "A neuron computes z = Σ wᵢxᵢ + b and ŷ = σ(z).")
{
    public override void Run(SystemContext context)
    {
        Tensor w = Tensor.From(2.0, -1), b = Tensor.Scalar(0.5), x = Tensor.From(1.0, 3);
        context.Out.WriteLine($"z = 2·1 − 1·3 + 0.5 = {((w * x).Sum() + b).Item()}, ŷ = σ(z) = {((w * x).Sum() + b).Sigmoid().Item():F6}");
        context.Draw("neuron.png", Pictures.Field("ŷ of a neuron with w = (2, −1), b = 0.5", new(-3, 3, -3, 3), (p, q) => 1 / (1 + Math.Exp(-(2 * p - q + 0.5)))));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var random = context.Random();
        Tensor x = random.Normal([5, 4], type: DType.Float64).Realize(), w = random.Normal([1, 4], type: DType.Float64).Realize(), b = random.Normal([1], type: DType.Float64).Realize();
        static Tensor Layer(Tensor[] at) => Linear.Apply(at[0], at[1], at[2]).Sigmoid();
        double[] xs = x.ToDoubles(), ws = w.ToDoubles();
        var expected = Enumerable.Range(0, 5).Select(i => 1 / (1 + Math.Exp(-Enumerable.Range(0, 4).Sum(j => ws[j] * xs[4 * i + j]) - b.Item()))).ToArray();
        yield return Figure.AtMost("ŷ minus the formula", Differences.Largest(Layer([x, w, b]), expected), 1e-12);
        yield return Figure.AtMost("ŷ in single precision minus the formula", Differences.Largest(Layer([x.To(DType.Float32), w.To(DType.Float32), b.To(DType.Float32)]), expected), 1e-6);
        yield return Figure.AtMost("gradient minus differences", Differences.OfGradient(Layer, x, w, b), 1e-5);
    }
}
