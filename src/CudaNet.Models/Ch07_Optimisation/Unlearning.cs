using System.Diagnostics;
using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch07_Optimisation;

/// <summary>Section 7.12.1: removing samples from a trained model without training again.</summary>
/// <remarks>For SGD w ← w − η·∇L(batch), leaving out sample j changes the end of the path by a vector a_j that follows along:
/// a_j ← (I − η·H)·a_j (+ η/|batch|·∇l_j where j is in the batch). It is stored, and deletion adds it (Qiao and others, arXiv 2404.01712).</remarks>
internal sealed class Unlearning() : CourseSystem("07.unlearning", "Hessian-free online unlearning of training samples",
    "Chosen training data is removed without retraining, with cheap second-order information.")
{
    private const int N = 300, D = 10, Batch = 20, Epochs = 12, Removed = 15;
    private const double Rate = 0.3, Lambda = 0.02; // η and the L2 of the loss

    public override void Run(SystemContext context)
    {
        var (none, unlearned, fast) = Measure(context);
        context.Out.WriteLine($"distance from the retrained model: untouched {none:F4}, unlearned {unlearned:F5}; deletion is {fast:F0} times as fast as training again");
        context.Draw("unlearning.png", new CurvePlot("Distance from the model that never saw 15 samples", "0 untouched, 1 unlearned", "distance") { WholeX = true, YMin = 0 }.Add("distance", [0, 1], [none, unlearned]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (none, unlearned, fast) = Measure(context);
        yield return Figure.AtMost("distance from the retrained model, unlearned / untouched", unlearned / none, 0.2);
        yield return Figure.AtLeast("time to train again / time to delete", fast, 100);
    }

    private static (double None, double Unlearned, double Faster) Measure(SystemContext context)
    {
        var x = context.Random().Normal([N, D], type: DType.Float64).Realize();
        var y = ((x.MatMul(context.Random(1).Normal([D, 1], type: DType.Float64)).Flatten() + context.Random(2).Normal([N], type: DType.Float64) * 0.5) > 0).To(DType.Float64).Realize();
        var keep = new bool[N];
        Array.Fill(keep, true);
        var (w, stored) = Train(context, x, y, keep, follow: true);
        for (var j = 0; j < Removed; j++) keep[j] = false;
        var clock = Stopwatch.StartNew();
        var (retrained, _) = Train(context, x, y, keep, follow: false);
        var training = clock.Elapsed.TotalSeconds;
        // The first call pays for compilation; a deletion is one addition for each sample.
        Delete(w, stored!);
        clock.Restart();
        var unlearned = Delete(w, stored!);
        var deleting = clock.Elapsed.TotalSeconds;
        static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (p, q) => (p - q) * (p - q)).Sum());
        return (Distance(w, retrained), Distance(unlearned, retrained), training / deleting);
    }

    private static double[] Delete(double[] w, double[] stored)
    {
        var result = (double[])w.Clone();
        for (var j = 0; j < Removed; j++)
            for (var i = 0; i < D; i++) result[i] += stored[j * D + i];
        return result;
    }

    /// <summary>Logistic regression by SGD over the same order of batches; with the vector of each sample if it is to follow.</summary>
    private static (double[] W, double[]? Stored) Train(SystemContext context, Tensor x, Tensor y, bool[] keep, bool follow)
    {
        var w = Tensor.Zeros([D], DType.Float64);
        var a = Tensor.Zeros([N, D], DType.Float64);
        // Loss of a batch from which samples may be missing: the sum over those kept, divided by the size of the whole batch.
        static Tensor Of(Tensor w, Tensor u, Tensor v, Tensor k) =>
            (u.MatMul(w.Unsqueeze(1)).Flatten().BinaryCrossEntropyWithLogits(v, LossReduction.None) * k).Sum() / Batch + w.Square().Sum() * (Lambda / 2);
        var step = Compiled.Of(t => [t[0] - Grad.Of(Of(t[0], t[1], t[2], t[3]), t[0]) * Rate]);
        var trace = Compiled.Of(t =>
        {
            var moved = Vmap.Of(v => v - Hessian.VectorProduct(Of(t[0], t[1], t[2], t[3]), t[0], v) * Rate)(t[4]);
            // Gradient of each sample of the batch: (σ(xᵀw) − y)·x.
            var each = (t[1].MatMul(t[0].Unsqueeze(1)).Flatten().Sigmoid() - t[2]).Unsqueeze(1) * t[1];
            return [moved.IndexAdd(t[5], each * (Rate / Batch))];
        });
        var loader = new DataLoader(new TensorDataset(Tensor.Arange(N)), Batch, shuffle: true, seed: context.Seed, prefetch: 0);
        for (var epoch = 0; epoch < Epochs; epoch++)
            foreach (var batch in loader.Epoch(epoch))
            {
                Tensor u = x.Take(batch.Inputs).Realize(), v = y.Take(batch.Inputs).Realize(), k = Tensor.From([.. batch.Indices.Select(i => keep[i] ? 1.0 : 0)]);
                if (follow) a = trace([w, u, v, k, a, batch.Inputs])[0].Realize();
                w = step([w, u, v, k])[0].Realize();
            }
        return (w.ToDoubles(), follow ? a.ToDoubles() : null);
    }
}
