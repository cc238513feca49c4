using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12.2: the input is corrupted, the target is clean (Vincent, Larochelle, Bengio, Manzagol 2008).</summary>
internal sealed class DenoisingAutoencoder() : CourseSystem("12.denoising", "Denoising autoencoder", "Noise reduction is one of the uses.")
{
    private const double Sigma = 0.4;

    public override void Run(SystemContext context)
    {
        var (model, digits, noisy) = Train(context);
        var clean = model.Forward(noisy);
        context.Out.WriteLine($"PSNR of the noisy digits {Psnr(noisy, digits.TestX):F1} dB, of the result {Psnr(clean, digits.TestX):F1} dB");
        context.Draw("denoising.png", Codes.Sheet("Digits that were never seen", 10, ("clean", digits.TestX), ("noisy", noisy), ("denoised", clean)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, digits, noisy) = Train(context);
        double before = Psnr(noisy, digits.TestX), after = Psnr(model.Forward(noisy), digits.TestX);
        yield return Figure.AtLeast("decibels that the signal gains over the noise", after - before, 3);
        yield return Figure.Report("PSNR of the noisy digits", before);
        yield return Figure.Report("PSNR of the denoised digits", after);
    }

    /// <summary>10·log₁₀(1/MSE) for pixels from 0 to 1.</summary>
    private static double Psnr(Tensor image, Tensor clean) => -10 * Math.Log10(Loss.Mse(image, clean).Item());

    private static (Autoencoder Model, Digits Digits, Tensor Noisy) Train(SystemContext context)
    {
        var digits = Codes.Load(context);
        var model = Codes.Autoencoder(context.Random(), 128, 64);
        // Fresh noise for each batch.
        var noise = new GaussianNoise(Sigma, context.Random(1));
        Codes.Fit(context, model, digits, context.Pick(800, 400), x => Codes.Error(model.Forward(noise.Forward(x)), x));
        return (model, digits, noise.Forward(digits.TestX).Realize());
    }
}
