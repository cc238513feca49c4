using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Preprocessing;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch12_Autoencoders;

/// <summary>Section 12: more units than pixels, of which each input may use few. The notes give no penalty; the usual one is
/// β·Σⱼ KL(ρ‖ρ̂ⱼ) with ρ̂ⱼ the mean of unit j over a batch and KL(ρ‖ρ̂) = ρ ln(ρ/ρ̂) + (1 − ρ) ln((1 − ρ)/(1 − ρ̂)) (Ng 2011).
/// What a unit writes has length ½: else all units could murmur, with loud weights, and the penalty would be met by nothing sparse.
/// It is held against the best bottleneck of ρ·200 = 10 numbers, principal components: so much a digit may use here, but it chooses where.</summary>
internal sealed class SparseAutoencoder() : CourseSystem("12.sparse", "Sparse autoencoder: few units for each digit", "Few hidden units are active for an input, by a penalty.")
{
    private const int Units = 200, Active = 10;
    private const double Rho = 0.05, Beta = 2, Length = 0.5, Silent = 0.1;

    public override void Run(SystemContext context)
    {
        var (sparse, digits, pca) = Train(context);
        var x = digits.TestX;
        var h = sparse.Encode(x);
        context.Out.WriteLine($"mean activation {h.Mean().Item():F4} (ρ = {Rho}); a digit wakes {(h > Silent).To(DType.Float32).Sum(1).Mean().Item():F0} of {Units} units");
        // What a unit writes is its column of the decoder.
        var columns = ((Columns)sparse.Decoder).Weight;
        context.Draw("sparse.png", new ImageSheet("What 32 units of the sparse autoencoder write: parts and whole digits", [.. Enumerable.Range(0, 32).Select(j => Pictures.Grey(columns.Select(1, j).Reshape(Codes.Side, Codes.Side)))], 8, 4));
        context.Draw("sparse-pca.png", new ImageSheet("What the principal components write: waves", [.. Enumerable.Range(0, Active).Select(j => Pictures.Grey(pca.Components.Select(0, j).Reshape(Codes.Side, Codes.Side)))], 5, 4));
        context.Draw("sparse-digits.png", Codes.Sheet("Digits through few of 200 units, and through 10 components", 8, ("digit", x), ("sparse", sparse.Forward(x)), ("PCA", pca.InverseTransform(pca.Transform(x)))));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, digits, pca) = Train(context);
        var x = digits.TestX;
        yield return Figure.Equal("mean activation", model.Encode(x).Mean().Item(), Rho, 0.2 * Rho);
        yield return Figure.AtLeast($"share of units that a digit leaves silent, below {Silent}", (model.Encode(x) < Silent).To(DType.Float32).Mean().Item(), 0.8);
        double sparse = Codes.Error(model.Forward(x), x).Item(), components = Codes.Error(pca.InverseTransform(pca.Transform(x)), x).Item();
        yield return Figure.AtMost("error on other digits, sparse / ten principal components", sparse / components, 1.1);
        yield return Figure.Report("error on other digits, sparse", sparse);
    }

    private static (Autoencoder Model, Digits Digits, Pca Pca) Train(SystemContext context)
    {
        var digits = Codes.Load(context);
        var random = context.Random();
        var encoder = new Linear(Codes.Pixels, Units, random: random);
        // Units begin as sparse as they shall be: σ(b) = ρ.
        encoder.Bias!.Assign(Tensor.Full([Units], Math.Log(Rho / (1 - Rho))));
        var model = new Autoencoder(new Sequential(encoder, new Sigmoid()), new Columns(new Linear(Units, Codes.Pixels, random: random)));
        Codes.Fit(context, model, digits, context.Pick(1000, 600), x =>
        {
            var h = model.Encode(x);
            var mean = h.Mean(0).Clamp(1e-6, 1 - 1e-6); // ρ̂
            var kl = Rho * Math.Log(Rho) - mean.Log() * Rho + (1 - Rho) * Math.Log(1 - Rho) - (-mean).Log1p() * (1 - Rho);
            return Codes.Error(model.Decode(h), x) + kl.Sum() * Beta;
        }, 5e-3);
        return (model, digits, new Pca(Active).Fit(digits.TrainX));
    }

    /// <summary>A linear layer whose columns, what each unit writes, have a fixed length.</summary>
    private sealed class Columns(Linear linear) : Module
    {
        public Linear Linear { get; } = linear;

        public Tensor Weight => Linear.Weight.Value * (Length / Linear.Weight.Value.Norm(2, 0, keepDims: true));

        public override Tensor Forward(Tensor x) => Linear.Apply(x, Weight, Linear.Bias!.Value);
    }
}
