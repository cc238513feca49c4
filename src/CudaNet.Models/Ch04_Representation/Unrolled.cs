using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.4: ways to find the sheet that a Swiss roll is made of.</summary>
internal abstract class Unrolled(string id, string title, string sentence) : CourseSystem(id, title, sentence)
{
    protected const int Count = 800, Neighbours = 6;

    /// <summary>One or two coordinates of each point, [n, k].</summary>
    protected abstract Tensor Embed(SystemContext context, Tensor points);

    public sealed override void Run(SystemContext context)
    {
        var (points, places) = Synthetic.SwissRoll(Count, 0, context.Seed);
        var embedded = Embed(context, points);
        var along = places.Select(1, 0);
        var parts = ((along - along.Min()) / (along.Max() - along.Min()) * 5.999).Floor().To(DType.Int64);
        context.Out.WriteLine($"correlation with the place along the roll: {Correlation(embedded, along):F3}");
        context.Draw($"{Id[3..]}.png", Pictures.Scatter("The roll flattened; colours run along it", "coordinate 1", "coordinate 2", embedded, parts));
        context.Draw("roll.png", Pictures.Scatter("The roll from its side", "x", "z", Tensor.Stack([points.Select(1, 0), points.Select(1, 2)], 1), parts));
    }

    public sealed override IEnumerable<Figure> Check(SystemContext context)
    {
        var (points, places) = Synthetic.SwissRoll(Count, 0, context.Seed);
        yield return Figure.AtLeast("correlation of the recovered coordinate with the place along the roll", Correlation(Embed(context, points), places.Select(1, 0)), 0.95);
    }

    /// <summary>Of the coordinates, the one that goes along with the true place most.</summary>
    private static double Correlation(Tensor embedded, Tensor place) => Enumerable.Range(0, (int)embedded.Shape[1]).Max(k =>
    {
        Tensor a = embedded.Select(1, k).To(DType.Float64), b = place.To(DType.Float64);
        a -= a.Mean();
        b -= b.Mean();
        return Math.Abs(((a * b).Sum() / (a.Norm() * b.Norm())).Item());
    });

    protected static Tensor Distances(Tensor points) => (points.Unsqueeze(1) - points.Unsqueeze(0)).Square().Sum(-1).Sqrt();

    /// <summary>Numbers of the nearest neighbours of each point, itself left out.</summary>
    protected static long[][] Nearest(Tensor points) =>
        [.. Distances(points).TopK(Neighbours + 1, 1, largest: false).Indices.ToArray<long>().Chunk(Neighbours + 1).Select((row, i) => row.Where(j => j != i).Take(Neighbours).ToArray())];
}
