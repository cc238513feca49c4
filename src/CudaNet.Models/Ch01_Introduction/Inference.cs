using CudaNet.Graphs;
using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Formats.SafeTensors;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Definition 1.3.2: a trained model, from its file, on data that it has not seen.</summary>
internal sealed class Inference() : CourseSystem("01.inference", "Inference: a trained model on new data",
    "Inference is the use of a trained model on new data.")
{
    public override void Run(SystemContext context)
    {
        var (model, digits) = Train(context);
        var (restored, _) = Restore(context, model);
        var infer = Compiled.Of(restored.Forward);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var best = infer(digits.TestX).ArgMax(-1).ToDoubles();
        context.Out.WriteLine($"{best.Length} new images in {clock.Elapsed.TotalMilliseconds:F1} ms; the first five: {string.Join(", ", best.Take(5))}; {Learn.Accuracy(restored, digits.TestX, digits.TestY):P1} are right");
        context.Draw("inference.png", new Plotting.ImageSheet("New images and what the model reads",
            [.. Enumerable.Range(0, 10).Select(i => Pictures.Grey(digits.TestX.Select(0, i).Reshape(28, 28), $"{best[i]}", 0, 1))]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (model, digits) = Train(context);
        var (restored, unlike) = Restore(context, model);
        var logits = model.Forward(digits.TestX).ToArray<float>();
        var infer = Compiled.Of(restored.Forward);
        var y = infer(digits.TestX);
        // What a compiled function returns has no history: nothing was recorded for a gradient.
        yield return Figure.Equal("nodes of the result's history", Graph.CollectHistory(y.Node).Count, 1);
        yield return Figure.Equal("logits of the loaded model that differ in any bit", Differing(logits, restored.Forward(digits.TestX).ToArray<float>()), 0);
        yield return Figure.Equal("the same of the compiled model", Differing(logits, y.ToArray<float>()), 0);
        yield return Figure.AtLeast("logits that differed before loading", Differing(logits, unlike), 1);
    }

    private static int Differing(float[] a, float[] b) => a.Zip(b).Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second));

    private static (Sequential Model, Digits Digits) Train(SystemContext context)
    {
        var digits = Digits.Load(context, 2000, 500).Flat();
        var model = Learn.Mlp(context.Random(), () => new ReLU(), 784, 64, 10);
        Learn.Epochs(model, new Adam(model.Parameters(), 2e-3), digits.TrainX, digits.TrainY, 3, seed: context.Seed);
        return (model.Eval(), digits);
    }

    /// <summary>A fresh model of other weights that then loads those of the first from a file; and its logits before.</summary>
    private static (Sequential Model, float[] Before) Restore(SystemContext context, Module model)
    {
        var other = Learn.Mlp(context.Random(1), () => new ReLU(), 784, 64, 10).Eval();
        var before = other.Forward(Digits.Load(context, 1, 500).Flat().TestX).ToArray<float>();
        var path = Path.Combine(Path.GetTempPath(), $"cudanet-{Guid.NewGuid():N}.safetensors");
        try
        {
            model.Save(path);
            other.Load(path);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
        return (other, before);
    }
}
