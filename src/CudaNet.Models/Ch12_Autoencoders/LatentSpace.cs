using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.2 and figure 57: nothing tells an autoencoder what lies between and beyond the codes that it has seen.</summary>
internal sealed class LatentLimits() : CourseSystem("12.latent-limits", "What random codes decode to: autoencoder against VAE", "Isolated regions and empty areas: random points and interpolations are meaningless.")
{
    public override void Run(SystemContext context)
    {
        foreach (var (latents, name) in new[] { (2, "plane"), (VaeSystem.Latents, "samples") })
        {
            var (plain, vae, digits) = Train(context, latents);
            Tensor a = RandomCodes(plain, context, digits), b = context.Random(5).Normal([20, latents]);
            if (latents == 2)
            {
                context.Draw("latent-limits-plane.png", Pictures.Scatter("Codes of the autoencoder: no one says where", "z₁", "z₂", plain.Encode(digits.TestX), digits.TestY));
                context.Draw("latent-limits-vae-plane.png", Pictures.Scatter("Means of the VAE: around 0, without gaps", "z₁", "z₂", vae.Encode(digits.TestX).Mean, digits.TestY));
            }
            else
                context.Draw("latent-limits.png", Codes.Sheet("Random codes, decoded", 10, ("autoencoder", plain.Decode(a).Narrow(0, 0, 10)), ("", plain.Decode(a).Narrow(0, 10, 10)), ("VAE", vae.Decode(b).Narrow(0, 0, 10)), ("", vae.Decode(b).Narrow(0, 10, 10))));
        }
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (plain, vae, digits) = Train(context, VaeSystem.Latents);
        double a = Codes.ToNearest(plain.Decode(RandomCodes(plain, context, digits, 200)), digits.TrainX), b = Codes.ToNearest(vae.Decode(context.Random(5).Normal([200, VaeSystem.Latents])), digits.TrainX);
        yield return Figure.AtLeast("distance of decoded random codes to the nearest digit, autoencoder / VAE", a / b, 1);
        yield return Figure.Report("that of the autoencoder", a);
        yield return Figure.Report("that of the VAE", b);
    }

    /// <summary>Codes evenly drawn from the box that holds all codes: an autoencoder has no prior to draw from.</summary>
    private static Tensor RandomCodes(Autoencoder model, SystemContext context, Digits digits, int count = 20)
    {
        var z = model.Encode(digits.TrainX);
        Tensor low = z.Min(0), high = z.Max(0);
        return (low + (high - low) * context.Random(5).Uniform([count, z.Shape[1]])).Realize();
    }

    private static (Autoencoder Plain, VariationalAutoencoder Vae, Digits Digits) Train(SystemContext context, int latents)
    {
        var (vae, digits, _) = VaeSystem.Train(context, latents);
        var plain = Codes.Autoencoder(context.Random(1), 128, latents);
        Codes.Fit(context, plain, digits, context.Pick(800, 400), x => Codes.Error(plain.Forward(x), x));
        return (plain, vae, digits);
    }
}

/// <summary>Section 12.3.1: near codes decode to similar digits, and every code to a plausible one.</summary>
internal sealed class Continuity() : CourseSystem("12.continuity", "Continuity and completeness of the latent space", "Similar z give similar outputs, and any z a plausible one.")
{
    private const int Points = 20, Paths = 10;

    public override void Run(SystemContext context)
    {
        var (model, digits, _) = VaeSystem.Train(context, VaeSystem.Latents);
        var strips = Enumerable.Range(0, 5).Select(k => ("", Path(model, digits, k))).ToArray();
        context.Draw("continuity.png", Codes.Sheet("Straight ways from digit to digit in the latent space", Points, strips));
        context.Draw("continuity-pixels.png", Codes.Sheet("The same in the space of pixels: two digits at once", Points, ("", Blend(digits.TestX, 0)), ("", Blend(digits.TestX, 1))));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, digits, _) = VaeSystem.Train(context, VaeSystem.Latents);
        double worst = 0, far = 0;
        for (var k = 0; k < Paths; k++)
        {
            var path = Path(model, digits, k);
            var steps = (path.Narrow(0, 1, Points - 1) - path.Narrow(0, 0, Points - 1)).Square().Sum(1).Sqrt();
            worst = Math.Max(worst, (steps.Max() / steps.Mean()).Item());
            far += Codes.ToNearest(path, digits.TrainX) / Paths;
        }
        yield return Figure.AtMost($"greatest step of {Paths} paths of {Points} codes / the path's mean step", worst, 3);
        yield return Figure.AtMost("distance of decoded codes of the paths to the nearest digit / that of other digits", far / Codes.ToNearest(digits.TestX, digits.TrainX), 1.2);
    }

    private static Tensor Path(VariationalAutoencoder model, Digits digits, int k) => model.Decode(Blend(model.Encode(digits.TestX).Mean, k)).Realize();

    /// <summary>From row 2k to row 2k + 1, evenly.</summary>
    private static Tensor Blend(Tensor rows, int k)
    {
        var t = Tensor.Linspace(0, 1, Points).Unsqueeze(1);
        return (rows.Narrow(0, 2 * k, 1) * (1 - t) + rows.Narrow(0, 2 * k + 1, 1) * t).Realize();
    }
}
