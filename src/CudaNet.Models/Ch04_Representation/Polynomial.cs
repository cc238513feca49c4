using CudaNet.Models.Systems;
using CudaNet.Nn.Data;

namespace CudaNet.Models.Ch04_Representation;

/// <summary>Section 4.2: products of the inputs as features.</summary>
internal sealed class Polynomial() : CourseSystem("04.polynomial", "Polynomial classifier: products as features",
    "Combinations of inputs, their products, are features.")
{
    public override void Run(SystemContext context)
    {
        var (points, classes) = Synthetic.Circles(300, 0.1, 0.5, context.Seed);
        var head = Solve(Expand(points, 2), classes);
        context.Draw("polynomial.png", Pictures.Boundary("Two circles by a polynomial of degree 2", x => Expand(x, 2).MatMul(head), points, classes));
        context.Out.WriteLine($"coefficients of 1, x, y, x², xy, y²: {head.Flatten()}");
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        Tensor xor = Tensor.From(new[,] { { 0f, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }), answers = Tensor.From(0L, 1, 1, 0);
        var outputs = Expand(xor, 2).MatMul(Solve(Expand(xor, 2), answers)).Flatten();
        yield return Figure.AtMost("XOR by degree 2: greatest distance from ±1", Differences.Largest(outputs, -1, 1, 1, -1), 1e-5);
        foreach (var (n, d) in new[] { (2, 2), (2, 5), (4, 3), (7, 2) })
            yield return Figure.Equal($"features of {n} inputs to degree {d}, C(n + d, d)", Expand(Tensor.Zeros([1, n]), d).Shape[1], Enumerable.Range(1, d).Aggregate(1.0, (c, k) => c * (n + k) / k));
    }

    /// <summary>All products of up to d inputs, each once: 1, x₁, x₂, …, x₁², x₁x₂, ….</summary>
    private static Tensor Expand(Tensor x, int d)
    {
        var features = new List<Tensor>();
        void Add(Tensor product, int first, int left)
        {
            features.Add(product);
            if (left > 0)
                for (var j = first; j < (int)x.Shape[1]; j++) Add(product * x.Narrow(1, j, 1), j, left - 1);
        }
        Add(Tensor.Ones([x.Shape[0], 1]), 0, d);
        return Tensor.Concat([.. features], 1);
    }

    /// <summary>The shortest least squares solution, by the singular value decomposition: there may be more features than points.</summary>
    private static Tensor Solve(Tensor f, Tensor classes) => Linalg.Pinv(f).MatMul((classes.To(DType.Float32) * 2 - 1).Unsqueeze(1)).Realize();
}
