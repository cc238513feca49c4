using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.4.1: E over q of −‖x − f(z)‖²/(2c) − KL[q ‖ p(z)], maximised over f, g and h together. With a linear f the best
/// one is known: probabilistic PCA (Tipping, Bishop 1999), where the bound is tight and log p(x) = ln N(x; b, WWᵀ + cI).</summary>
internal sealed class Elbo() : CourseSystem("12.elbo", "Evidence lower bound: a linear decoder reaches the likelihood", "q is found by maximising E[−‖x − f(z)‖²/2c] − KL.")
{
    private const int N = 500, D = 6, K = 2;
    private const double C = 0.3;

    public override void Run(SystemContext context)
    {
        var (x, _, _, elbos) = Train(context);
        var best = Optimum(x);
        context.Out.WriteLine($"ELBO {elbos[^1]:F5}, log-likelihood of probabilistic PCA {best:F5} nats a sample");
        context.Draw("elbo.png", Pictures.Curves("Distance of the ELBO from the best log-likelihood", "nats a sample", true, ("distance", [.. elbos.Select(e => best - e)])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (x, w, b, elbos) = Train(context);
        yield return Figure.AtMost("log-likelihood of the learned decoder minus ELBO", Math.Abs(LogLikelihood(x, w, b) - elbos[^1]), 1e-3);
        yield return Figure.AtMost("log-likelihood of probabilistic PCA minus ELBO", Math.Abs(Optimum(x) - elbos[^1]), 1e-3);
        yield return Figure.AtMost("greatest excess of an ELBO on the way over the optimum", elbos.Max() - Optimum(x), 1e-9);
    }

    /// <summary>f(z) = Wz + b, g(x) = Gx + a, h constant. All expectations are exact: E‖x − f(z)‖² = ‖x − f(μ)‖² + Σₖσₖ²‖wₖ‖².</summary>
    private static (Tensor X, Tensor W, Tensor B, double[] Elbos) Train(SystemContext context)
    {
        var random = context.Random();
        var mix = Tensor.From([3.0, 0, 0, 1.5, 1, 0, 0, 1, 1, 1, -1, 0.5], [D, K]);
        var x = (random.Normal([N, K], type: DType.Float64).MatMul(mix.T) + random.Normal([N, D], 0, Math.Sqrt(C), DType.Float64) + 1).Realize();
        Linear encoder = new(D, K, random: random, type: DType.Float64), decoder = new(K, D, random: random, type: DType.Float64);
        var logVariance = new Parameter(Tensor.Zeros([K], DType.Float64), "log_variance");
        Tensor Loss()
        {
            var mean = encoder.Forward(x);
            var spread = (logVariance.Value.Exp() * decoder.Weight.Value.Square().Sum(0)).Sum();
            var reconstruction = (Nn.Loss.Mse(decoder.Forward(mean), x, LossReduction.BatchMean) + spread) / (2 * C) + D / 2.0 * Math.Log(2 * Math.PI * C);
            return reconstruction + Nn.Loss.GaussianKl(mean, logVariance.Value.ExpandTo(mean.Shape));
        }
        var lbfgs = new Lbfgs([.. encoder.Parameters(), .. decoder.Parameters(), logVariance], maxIterations: 5, gradientTolerance: 1e-9, changeTolerance: 1e-15, strongWolfe: true);
        double[] losses = [.. Enumerable.Range(0, 80).Select(_ => lbfgs.Step(Loss))];
        return (x, decoder.Weight.Value, decoder.Bias!.Value, Array.ConvertAll(losses, l => -l));
    }

    /// <summary>Mean over samples of ln N(x; b, WWᵀ + cI).</summary>
    private static double LogLikelihood(Tensor x, Tensor w, Tensor b)
    {
        var covariance = w.MatMul(w.T) + Tensor.Eye(D, type: DType.Float64) * C;
        var away = x - b;
        var (_, logDeterminant) = Linalg.SlogDet(covariance);
        return -0.5 * (D * Math.Log(2 * Math.PI) + logDeterminant.Item() + (away * Linalg.Solve(covariance, away.T).T).Sum(1).Mean().Item());
    }

    /// <summary>W = U(Λ − cI)^½ of the K greatest eigenvalues of the covariance, b the mean.</summary>
    private static double Optimum(Tensor x)
    {
        var mean = x.Mean(0);
        var (values, vectors) = Linalg.Eigh((x - mean).T.MatMul(x - mean) / N);
        var w = vectors.Narrow(1, D - K, K) * (values.Narrow(0, D - K, K) - C).Relu().Sqrt();
        return LogLikelihood(x, w, mean);
    }
}
