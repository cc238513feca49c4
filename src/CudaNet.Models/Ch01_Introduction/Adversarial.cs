using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.5: a small designed change of the input that turns the answer.</summary>
internal sealed class Adversarial() : CourseSystem("01.adversarial", "Adversarial attack: FGSM and PGD",
    "Small designed perturbations of the input, invisible to a person, give a wrong class with high confidence.")
{
    private const double E = 0.1; // ε: the greatest change of a pixel

    public override void Run(SystemContext context)
    {
        var (model, digits) = Train(context);
        var x = digits.TestX.Narrow(0, 0, 5).Realize();
        var target = NextBest(model, x);
        var attacked = Pgd(model, x, target, targeted: true);
        var p = model.Forward(attacked).Softmax().Max(-1).ToDoubles();
        var sheet = new List<SheetImage>();
        for (var i = 0; i < 5; i++) sheet.Add(Pictures.Grey(x.Select(0, i).Reshape(28, 28), $"a {digits.TestY.Select(0, i).Item()}", 0, 1));
        for (var i = 0; i < 5; i++) sheet.Add(Pictures.Grey((attacked - x).Select(0, i).Reshape(28, 28), "change", -E, E));
        for (var i = 0; i < 5; i++) sheet.Add(Pictures.Grey(attacked.Select(0, i).Reshape(28, 28), $"{target.Select(0, i).Item()} by {p[i]:P0}", 0, 1) with { Wrong = true });
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
        context.Draw("adversarial.png", new ImageSheet($"Pixels moved by at most {E}", sheet));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, digits) = Train(context);
        Tensor x = digits.TestX, y = digits.TestY;
        var clean = Learn.Accuracy(model, x, y);
        var fast = Fgsm(model, x, y);
        var noise = (context.Random(2).Uniform(x.Shape, -1, 1).Sign() * E + x).Clamp(0, 1);
        yield return Figure.Equal("pixels outside of x ± ε", (fast > x + E | fast < x - E).Sum().Item(), 0);
        yield return Figure.AtLeast("points of accuracy that FGSM costs", 100 * (clean - Learn.Accuracy(model, fast, y)), 40);
        yield return Figure.AtMost("points that random signs of the same size cost", 100 * (clean - Learn.Accuracy(model, noise, y)), 5);
        var few = x.Narrow(0, 0, 20).Realize();
        var target = NextBest(model, few);
        var p = model.Forward(Pgd(model, few, target, targeted: true)).Softmax().Gather(target.Unsqueeze(1), 1);
        yield return Figure.AtLeast("probability of the target, the best of 20 targeted attacks", p.Max().Item(), 0.9);
        yield return Figure.Report("its median", p.Median().Item());
    }

    /// <summary>x + ε·sign(∇ₓ L(x, y)), within the range of pixels (Goodfellow, Shlens, Szegedy 2015).</summary>
    private static Tensor Fgsm(Module model, Tensor x, Tensor y) => Near(x + Slope(model, x, y).Sign() * E, x);

    /// <summary>Many small steps, each projected back to x ± ε (Madry and others 2018): up the loss of the true class y, or
    /// down that of a target.</summary>
    private static Tensor Pgd(Module model, Tensor x, Tensor y, bool targeted, int steps = 40)
    {
        const double a = 0.01; // α: size of a step
        var z = x;
        for (var k = 0; k < steps; k++) z = Near(z + Slope(model, z, y).Sign() * (targeted ? -a : a), x).Realize();
        return z;
    }

    /// <summary>∇ₓ L(x, y): the gradient goes to the input, the weights stay.</summary>
    private static Tensor Slope(Module model, Tensor x, Tensor y) => Grad.Of(Loss.CrossEntropy(model.Forward(x), y, LossReduction.Sum), x);

    private static Tensor Near(Tensor z, Tensor x) => z.Clamp(x - E, x + E).Clamp(0, 1);

    /// <summary>The class that the model holds for second best.</summary>
    private static Tensor NextBest(Module model, Tensor x) => model.Forward(x).TopK(2).Indices.Select(1, 1).Realize();

    private static (Module Model, Digits Digits) Train(SystemContext context)
    {
        var digits = Digits.Load(context, context.Pick(9000, 3000), 1000).Flat();
        var model = Learn.Mlp(context.Random(), () => new ReLU(), 784, 128, 10);
        // The decay takes away the first weights of pixels at the border, which no digit ever changes and noise would read.
        Learn.Epochs(model, new AdamW(model.Parameters(), 2e-3, weightDecay: 0.5), digits.TrainX, digits.TrainY, context.Pick(6, 4), seed: context.Seed);
        return (model.Eval(), digits);
    }
}
