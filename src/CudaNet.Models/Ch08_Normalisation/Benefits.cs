using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch08_Normalisation;

/// <summary>Section 8.2.2: what batch normalisation allows.</summary>
internal sealed class Benefits() : CourseSystem("08.bn-benefits", "What batch normalisation allows: high rates, careless weights",
    "Higher rates, fewer exploding or vanishing gradients, less dependence on first weights, regularisation, faster and better training.")
{
    private const double Rate = 0.1;
    private const int Hidden = 10;

    public override void Run(SystemContext context)
    {
        var digits = Digits.Load(context, 3000, 500).Flat();
        foreach (var (name, rate, scale) in Cases)
        {
            double[] with = Losses(context, digits, true, rate, scale), without = Losses(context, digits, false, rate, scale);
            context.Out.WriteLine($"{name,-28} with {with[^1]:F3}, without {without[^1]:F3}");
            context.Draw($"bn-benefits-{rate}-{scale}.png", Pictures.Curves($"Ten hidden layers, {name}", "loss", true, ("with", with), ("without", without)));
        }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Digits.Load(context, 3000, 500).Flat();
        foreach (var (name, rate, scale) in Cases.Skip(1))
        {
            yield return Figure.AtMost($"{name}: loss with normalisation, which is to be below half of chance", Losses(context, digits, true, rate, scale).TakeLast(20).Average(), 2.303 / 2);
            var without = Losses(context, digits, false, rate, scale).TakeLast(20).Average();
            yield return Figure.AtLeast($"{name}: loss without (NaN counts as 100)", double.IsFinite(without) ? without : 100, 2);
        }
    }

    private static readonly (string Name, double Rate, double Scale)[] Cases = [("moderate", Rate, 1), ("rate times 10", 10 * Rate, 1), ("first weights times 10", Rate, 10)];

    private static double[] Losses(SystemContext context, Digits digits, bool norm, double rate, double scale)
    {
        var net = NormNet.Mlp(context.Random(), Hidden, norm, scale);
        return Learn.Steps(new Sgd(net.Parameters(), rate), 300, NormNet.Batches(context, digits, 64), data => Loss.CrossEntropy(net.Forward(data[0]), data[1]));
    }
}
