using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.3.1: without the divergence a VAE is an autoencoder, since σ → 0 makes z = μ; and a divergence of the means alone,
/// ½μ², lets σ go as well. Only both terms together, ½(μ² + σ² − 1 − ln σ²), hold it.</summary>
internal sealed class FailureModes() : CourseSystem("12.failure-modes", "How a VAE fails: collapsing variances", "Missing regularisation and tiny variances; mean and covariance must both be regularised.")
{
    private const double Collapsed = 0.1;

    private static readonly (string Name, double Mean, double Variance)[] Kinds = [("no KL", 0, 0), ("KL of the means", 1, 0), ("whole KL", 1, 1)];

    public override void Run(SystemContext context)
    {
        var curves = new List<(string, IReadOnlyList<double>)>();
        foreach (var kind in Kinds)
        {
            var (model, digits, sigmas) = Train(context, kind.Mean, kind.Variance);
            curves.Add((kind.Name, sigmas));
            context.Out.WriteLine($"{kind.Name,-18} mean σ {sigmas[^1]:F4} ({(sigmas[^1] < Collapsed ? "collapsed" : "alive")}), active latents {Active(model, digits)} of {VaeSystem.Latents}");
            context.Draw($"failure-modes-{kind.Name.Replace(' ', '-')}.png", Codes.Sheet($"Decoded samples of N(0, I): {kind.Name}", 10, ("", model.Decode(context.Random(5).Normal([10, VaeSystem.Latents])))));
        }
        context.Draw("failure-modes.png", Pictures.Curves("Mean σ of the codes, every 20 steps", "σ", true, [.. curves]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        foreach (var kind in Kinds)
        {
            var (model, digits, sigmas) = Train(context, kind.Mean, kind.Variance);
            yield return kind.Variance == 0 ? Figure.AtMost($"{kind.Name}: mean σ collapses", sigmas[^1], Collapsed) : Figure.AtLeast($"{kind.Name}: mean σ stays", sigmas[^1], 2 * Collapsed);
            yield return Figure.Report($"{kind.Name}: active latents", Active(model, digits));
        }
    }

    /// <summary>Latents whose mean says something: its variance over digits is above 0.01 (Burda, Grosse, Salakhutdinov 2016).</summary>
    private static double Active(VariationalAutoencoder model, Digits digits) => (model.Encode(digits.TestX).Mean.Var(0) > 0.01).To(DType.Float32).Sum().Item();

    private static (VariationalAutoencoder Model, Digits Digits, double[] Sigmas) Train(SystemContext context, double ofMean, double ofVariance)
    {
        var digits = Codes.Load(context);
        var model = Codes.Variational(context, VaeSystem.Latents);
        var sigmas = new List<double>();
        double Sigma() => (model.Encode(digits.TestX).LogVariance / 2).Exp().Mean().Item();
        Codes.Fit(context, model, digits, context.Pick(1200, 800), x =>
        {
            var (mean, logVariance) = model.Encode(x);
            var reconstruction = Codes.Error(model.Decode(model.Reparametrize(mean, logVariance)), x) / (2 * VaeSystem.C);
            // The divergence in its two parts: each is 0 at the prior.
            return reconstruction + Loss.GaussianKl(mean, logVariance.ZerosLike()) * ofMean + Loss.GaussianKl(mean.ZerosLike(), logVariance) * ofVariance;
        }, before: k =>
        {
            if (k % 20 == 0) sigmas.Add(Sigma());
        });
        sigmas.Add(Sigma());
        return (model.Eval(), digits, [.. sigmas]);
    }
}
