using CudaNet.Models.Ch02_Foundations;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Initializers;

namespace CudaNet.Models.Ch05_Activations;

/// <summary>Section 5.3.</summary>
internal sealed class EluSystem() : Activation("05.elu", "ELU: α(eˣ − 1) below 0", "An exponential decay for negatives, more stable.",
    x => x.Elu(), x => x > 0 ? x : Math.Exp(x) - 1, [-0.9502129316, -0.6321205588, -0.3934693403, 0, 0.5, 1, 3]);

/// <summary>Section 5.3.</summary>
internal sealed class SeluSystem() : Activation("05.selu", "SELU: keeps mean 0 and variance 1", "Scaled so that it avoids dead neurons and normalises itself.",
    x => x.Selu(), x => L * (x > 0 ? x : A * (Math.Exp(x) - 1)), [-1.6705687287, -1.1113307378, -0.6917581878, 0, 0.5253504937, 1.0507009874, 3.1521029621], [0])
{
    private const double L = 1.0507009873554805, A = 1.6732632423543772; // λ and α of Klambauer and others 2017

    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        // 20 layers of 512 units, weights of variance 1/n (LeCun).
        var random = context.Random(1);
        var x = random.Normal([512, 512]);
        double mean = 0, low = double.MaxValue, high = 0;
        for (var layer = 0; layer < 20; layer++)
        {
            x = x.MatMul(Init.LecunNormal([512, 512], random)).Selu().Realize();
            mean = Math.Max(mean, Math.Abs(x.Mean().Item()));
            var variance = x.Var().Item();
            (low, high) = (Math.Min(low, variance), Math.Max(high, variance));
        }
        yield return Figure.AtMost("greatest |mean| of 20 layers", mean, 0.1);
        yield return Figure.AtLeast("least variance of 20 layers", low, 0.8);
        yield return Figure.AtMost("greatest variance of 20 layers", high, 1.2);
    }
}

/// <summary>Section 5.3, a caption only.</summary>
internal sealed class CeluSystem() : Activation("05.celu", "CELU: smooth at 0 for every α", "max(0, x) + min(0, α(e^{x/α} − 1)).",
    x => x.Celu(2), x => Math.Max(0, x) + Math.Min(0, 2 * (Math.Exp(x / 2) - 1)), [-1.5537396797, -0.7869386806, -0.4423984339, 0, 0.5, 1, 3])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        const double e = 1e-7;
        yield return Figure.Equal("jump of CELU's slope at 0, α = 2", Slope(e) - Slope(-e), 0, 1e-6);
        var x = Tensor.From(-e, e);
        var elu = Grad.Of(x.Elu(2).Sum(), x).ToDoubles();
        yield return Figure.Equal("jump of ELU's slope at 0, α = 2", elu[1] - elu[0], -1, 1e-6);
    }
}

/// <summary>Section 5.3.</summary>
internal sealed class GeluSystem() : Activation("05.gelu", "GELU: x·Φ(x)", "The Gaussian distribution times the value: a smooth transition.",
    x => x.Gelu(), x => x * Normal(x), [-0.0040496941, -0.1586552539, -0.1542687694, 0, 0.3457312306, 0.8413447461, 2.9959503059])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        var points = Tensor.From(-3.0, -1, -0.5, 0, 0.5, 1, 3);
        yield return Figure.AtMost("tanh form: distance from known values", Differences.Largest(points.Gelu(tanh: true), -0.0036373920, -0.1588080094, -0.1542859902, 0, 0.3457140098, 0.8411919906, 2.9963626080), 1e-7);
        var smooth = context.Random(1).Uniform([40], -4, 4).Realize();
        yield return Figure.AtMost("tanh form: gradient minus differences", Differences.OfGradient(at => at[0].Gelu(tanh: true), smooth), 1e-5);
        var x = Tensor.Linspace(-8, 8, 4001, DType.Float64);
        yield return Figure.AtMost("greatest difference of the two forms", Differences.Largest(x.Gelu(), x.Gelu(tanh: true)), 5e-4);
    }

    /// <summary>Φ by Simpson's rule over the density, which shares nothing with the engine.</summary>
    private static double Normal(double x)
    {
        const int n = 400;
        var h = x / n;
        double sum = 0;
        for (var i = 0; i <= n; i++) sum += (i is 0 or n ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-0.5 * i * h * i * h);
        return 0.5 + sum * h / 3 / Math.Sqrt(2 * Math.PI);
    }
}

/// <summary>Section 5.3.</summary>
internal sealed class SoftplusSystem() : Activation("05.softplus", "Softplus: ln(1 + eˣ)", "A smooth ReLU.",
    x => x.Softplus(), x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), [0.0485873516, 0.3132616875, 0.4740769842, 0.6931471806, 0.9740769842, 1.3132616875, 3.0485873516])
{
    protected override IEnumerable<Figure> Extra(SystemContext context)
    {
        yield return Figure.Equal("softplus(1000)", Tensor.From(1000f).Softplus().Item(), 1000);
        var x = Tensor.Linspace(-5, 5, 101, DType.Float64);
        yield return Figure.AtMost("β = 10: greatest distance from ReLU minus ln 2/10", Math.Abs(Differences.Largest(x.Softplus(10), x.Relu()) - Math.Log(2) / 10), 1e-7);
        yield return Figure.AtMost("slope minus σ(x)", Differences.Largest(Slope(x), x.Sigmoid()), 1e-12);
    }
}
