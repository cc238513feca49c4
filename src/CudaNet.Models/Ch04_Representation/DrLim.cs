using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>A network that puts neighbours together and others apart (Hadsell, Chopra, LeCun 2006).</summary>
internal sealed class DrLim() : Unrolled("04.drlim", "DrLIM: a siamese net with a contrastive loss", "DrLIM is cited for finding manifolds.")
{
    private const double Margin = 4;

    protected override Tensor Embed(SystemContext context, Tensor points)
    {
        var net = Learn.Mlp(context.Random(), () => new Tanh(), 3, 128, 128, 2);
        var x = (points / 10 - points.Mean(0) / 10).Realize();
        var near = Nearest(points);
        var random = new Random((int)context.Seed);
        const int pairs = 2048; // one in forty drawn at random, so that the springs hold the sheet smaller than the margin
        Learn.Steps(new Adam(net.Parameters(), 3e-3), context.Pick(2000, 1200), _ =>
        {
            long[] first = [.. Enumerable.Range(0, pairs).Select(_ => (long)random.Next(Count))];
            long[] second = [.. first.Select((i, k) => k % 40 != 0 ? near[i][random.Next(Neighbours)] : (long)random.Next(Count))];
            var similar = Tensor.From([.. first.Zip(second, (i, j) => near[i].Contains(j) || near[j].Contains(i) || i == j ? 1f : 0f)]);
            return [Tensor.From(first), Tensor.From(second), similar];
        }, data =>
        {
            // L = ½·D² for neighbours, ½·max(0, m − D)² for others, with both branches the same net.
            var y = net.Forward(x);
            var d = ((y.Take(data[0]) - y.Take(data[1])).Square().Sum(-1) + 1e-12).Sqrt();
            return (data[2] * d.Square() + (1 - data[2]) * (Margin - d).Relu().Square()).Mean() * 0.5;
        }, new Nn.Schedules.CosineSchedule(context.Pick(2000, 1200)));
        var embedded = net.Forward(x);
        var rotated = new Nn.Preprocessing.Pca(2).FitTransform(embedded);
        return rotated.Realize();
    }
}
