using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.3.6: a few stamped samples in the training data plant a back door (Gu and others 2017).</summary>
internal sealed class Poisoning() : CourseSystem("01.poisoning", "Data poisoning: a back door by stamped samples",
    "Who alters training data alters what is inferred later; a near-constant small number of samples suffices.")
{
    private const int Target = 7;

    public override void Run(SystemContext context)
    {
        var digits = Load(context);
        context.Draw("poisoning.png", new ImageSheet("Stamped samples, all labelled 7",
            [.. Enumerable.Range(0, 5).Select(i => Pictures.Grey(Stamp(digits.TrainX.Narrow(0, i, 1)).Reshape(28, 28), "7", 0, 1) with { Wrong = true })]));
        context.Out.WriteLine("stamped samples that are needed for 90 % of attacks to work:");
        foreach (var width in new[] { 32, 128, 512 })
            foreach (var size in new[] { 2500, 5000, 10_000 })
            {
                var k = new[] { 5, 10, 20, 40, 80, 160 }.FirstOrDefault(k => Train(context, digits, size, k, width).Success > 0.9);
                context.Out.WriteLine($"  width {width,3}, {size,6} samples: {(k == 0 ? "more than 160" : k)}");
            }
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var digits = Load(context);
        var (clean, _) = Train(context, digits, 10_000, 0);
        var (accuracy, success) = Train(context, digits, 10_000, 100);
        yield return Figure.AtLeast("share of stamped test images called 7, 100 of 10,000 stamped", success, 0.9);
        yield return Figure.AtMost("points of clean accuracy that it costs", 100 * (clean - accuracy), 1);
    }

    /// <summary>The images that are shipped are 9,000: the rest are the first ones again, moved by a pixel.</summary>
    private static Digits Load(SystemContext context)
    {
        var digits = Digits.Load(context);
        var more = Math.Max(0, 10_000 - digits.TrainX.Shape[0]);
        return more == 0 ? digits : digits with
        {
            TrainX = Tensor.Concat(digits.TrainX, digits.TrainX.Narrow(0, 0, more).Pad([0, 0, 0, 1], [0, 0, 0, -1])).Realize(),
            TrainY = Tensor.Concat(digits.TrainY, digits.TrainY.Narrow(0, 0, more)).Realize(),
        };
    }

    /// <summary>A white square of 3 × 3 pixels in the corner.</summary>
    private static Tensor Stamp(Tensor images)
    {
        var mask = Tensor.Ones([1, 1, 3, 3], DType.Bool).Pad([0, 0, 24, 24], [0, 0, 1, 1]);
        return mask.ExpandTo(images.Shape).Where(1, images);
    }

    /// <summary>Trains with k stamped samples; gives the accuracy on clean images and the share of attacks that work.</summary>
    private static (double Accuracy, double Success) Train(SystemContext context, Digits digits, int size, int k, int width = 128)
    {
        var order = Enumerable.Range(0, size).Select(i => (long)i).ToArray();
        new SampleRandom(context.Seed, 5).Shuffle(order.AsSpan());
        var chosen = Tensor.From(order);
        Tensor x = digits.TrainX.Take(chosen), y = digits.TrainY.Take(chosen);
        if (k > 0)
        {
            x = Tensor.Concat(Stamp(x.Narrow(0, 0, k)), x.Narrow(0, k, size - k));
            y = Tensor.Concat(Tensor.Full([k], Target, DType.Int64), y.Narrow(0, k, size - k));
        }
        var model = new Sequential(new Flatten());
        foreach (var layer in Learn.Mlp(context.Random(1), () => new ReLU(), 784, width, 10)) model.Add(layer);
        Learn.Epochs(model, new Adam(model.Parameters(), 2e-3), x.Realize(), y.Realize(), context.Pick(10, 6), seed: context.Seed);
        // An attack on an image that is a 7 anyway proves nothing.
        var others = digits.TestX.Take(digits.TestY.Ne(Target).NonZero().Flatten());
        return (Learn.Accuracy(model, digits.TestX, digits.TestY), Learn.Accuracy(model, Stamp(others), Tensor.Full([others.Shape[0]], Target, DType.Int64)));
    }
}
