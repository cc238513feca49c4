using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.3: L = ‖x − x̂‖²/(2c) + KL[N(μ, σ²) ‖ N(0, I)], z ~ q(z|x) (the notes write p(z) there), summed over pixels and
/// latents, averaged over the batch. c = ½ is the notes' loss; here c = 0.05, nearer to what the decoder leaves over.</summary>
internal sealed class VaeSystem() : CourseSystem("12.vae", "Variational autoencoder", "It encodes to N(μₓ, σₓ), samples z and decodes; the loss is the reconstruction error and the divergence from N(0, I).")
{
    public const int Latents = 8;
    public const double C = 0.05;

    public override void Run(SystemContext context)
    {
        var (model, digits, terms) = Train(context, Latents);
        var samples = model.Decode(context.Random(5).Normal([30, Latents])).Realize();
        context.Draw("vae.png", Codes.Sheet("Digits and their reconstructions", 10, ("digit", digits.TestX), ("VAE", model.Forward(digits.TestX))));
        context.Draw("vae-samples.png", Codes.Sheet("Decoded samples of the prior N(0, I)", 10, ("", samples.Narrow(0, 0, 10)), ("", samples.Narrow(0, 10, 10)), ("", samples.Narrow(0, 20, 10))));
        context.Draw("vae-loss.png", Pictures.Curves("The two terms of the loss", "nats", true, ("reconstruction", terms.Reconstruction), ("KL", terms.Kl)));
        var (plane, _, _) = Train(context, 2);
        context.Draw("vae-plane.png", Pictures.Scatter("Means of digits in a latent plane", "z₁", "z₂", plane.Encode(digits.TestX).Mean, digits.TestY));
        var grid = new List<SheetImage>();
        for (var y = 2.0; y >= -2; y -= 0.5)
            for (var x = -2.0; x <= 2; x += 0.5) grid.Add(Codes.Image(plane.Decode(Tensor.From([(float)x, (float)y], [1, 2]))));
        context.Draw("vae-grid.png", new ImageSheet("What the points of the plane decode to, −2 … 2", grid, 9, 3));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        // ζ is drawn by the same stream each time, so the loss is a function of μ, ln σ² and the decoder.
        Tensor mean = context.Random(7).Normal([3, 2], type: DType.Float64).Realize(), logVariance = context.Random(8).Normal([3, 2], type: DType.Float64).Realize(), w = context.Random(9).Normal([2, 5], type: DType.Float64).Realize(), x = context.Random(10).Uniform([3, 5], type: DType.Float64).Realize();
        yield return Figure.AtMost("gradient with a fixed ζ minus differences", Differences.OfGradient(t =>
        {
            var z = new VariationalAutoencoder(new Identity(), new Identity(), context.Random(11)).Reparametrize(t[0], t[1]);
            return Codes.Error(z.MatMul(t[2]).Sigmoid(), x) / (2 * C) + Loss.GaussianKl(t[0], t[1]);
        }, mean, logVariance, w), 1e-5);
        var (model, digits, terms) = Train(context, Latents);
        double Total(Range part) => terms.Reconstruction[part].Average() + terms.Kl[part].Average();
        yield return Figure.AtMost("loss of the last 20 steps / of the first 20", Total(^20..) / Total(..20), 0.6);
        yield return Figure.Report("reconstruction term of the last 20 steps, nats", terms.Reconstruction[^20..].Average());
        yield return Figure.AtLeast("KL term of the last 20 steps, nats", terms.Kl[^20..].Average(), 1);
        var samples = model.Decode(context.Random(5).Normal([200, Latents]));
        yield return Figure.AtMost("distance of decoded prior samples to the nearest digit / that of other digits", Codes.ToNearest(samples, digits.TrainX) / Codes.ToNearest(digits.TestX, digits.TrainX), 1.2);
    }

    /// <summary>Trains one; the two terms are recorded at each step.</summary>
    public static (VariationalAutoencoder Model, Digits Digits, (double[] Reconstruction, double[] Kl) Terms) Train(SystemContext context, int latents)
    {
        var digits = Codes.Load(context);
        var model = Codes.Variational(context, latents);
        var steps = context.Pick(800, 400);
        var kl = new State(Tensor.Zeros([]), "kl");
        var values = new double[steps];
        var totals = Codes.Fit(context, model, digits, steps, x =>
        {
            var losses = model.Losses(x, C);
            kl.Assign(losses.Kl.Detach());
            return losses.Reconstruction + losses.Kl;
        }, before: k => values[Math.Max(0, k - 1)] = kl.Value.Item());
        values[^1] = kl.Value.Item();
        return (model.Eval(), digits, ([.. totals.Zip(values, (total, part) => total - part)], values));
    }

    private sealed class Identity : Module
    {
        public override Tensor Forward(Tensor x) => x;
    }
}
