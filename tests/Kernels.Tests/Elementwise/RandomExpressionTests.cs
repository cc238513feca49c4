using CudaNet.Cpu.Reference;
using CudaNet.Verification;

namespace CudaNet.Tests.Elementwise;

/// <summary>Random expressions over random views, computed in one plan: what fusion makes of them must equal the reference.</summary>
public class RandomExpressionTests
{
    private static readonly FloatReference Reference = new();

    [Test]
    public void A_random_expression_equals_the_reference([Range(0, 119)] int seed)
    {
        var random = new Random(seed);
        var roots = new Expression(random, DType.Float64).Build();
        Check(roots, Tolerance.Of(DType.Float64));
    }

    [Test]
    public void A_random_expression_of_large_tensors_equals_the_reference_on_several_threads([Range(200, 207)] int seed)
    {
        var random = new Random(seed);
        var roots = new Expression(random, DType.Float64) { Largest = 700 }.Build();
        Check(roots, Tolerance.Of(DType.Float64));
    }

    [Test]
    public void Steps_give_the_same_bits_as_often_as_they_run([Range(300, 309)] int seed)
    {
        double[][] Run() => [.. Realized(new Expression(new Random(seed), DType.Float32).Build()).Select(root => root.ToDoubles())];
        var first = Run();
        Assert.That(Run(), Is.EqualTo(first));
    }

    private static Tensor[] Realized(Tensor[] roots)
    {
        Tensor.RealizeAll(roots);
        return roots;
    }

    private static void Check(Tensor[] roots, Tolerance tolerance)
    {
        var expected = Array.ConvertAll(roots, root => Reference.Evaluate(root));
        Tensor.RealizeAll(roots);
        for (var k = 0; k < roots.Length; k++)
        {
            var comparison = Comparison.Of(roots[k].ToDoubles(), expected[k], tolerance.Times(20), roots[k].Shape);
            Assert.That(comparison.Passed, $"root {k} {roots[k].Shape}: {comparison.Message}");
        }
    }

    /// <summary>Draws a graph: leaves under random views, elementwise ops, broadcasts, reductions.</summary>
    private sealed class Expression(Random random, DType type)
    {
        private readonly List<Tensor> _pool = [];

        public int Largest { get; init; } = 9;

        public Tensor[] Build()
        {
            var shape = new Shape([.. Enumerable.Range(0, random.Next(1, 4)).Select(axis => (long)random.Next(1, axis == 0 ? 9 : Largest))]);
            for (var k = 0; k < 3; k++) _pool.Add(Leaf(shape));
            for (var k = 0; k < 14; k++) _pool.Add(Next(shape));
            return [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => _pool[^random.Next(1, 8)])];
        }

        private Tensor Any() => _pool[random.Next(_pool.Count)];

        /// <summary>A value near 1, so that nothing grows out of bounds.</summary>
        private static Tensor Calm(Tensor x) => x.Tanh();

        private Tensor Next(Shape shape)
        {
            var (a, b) = (Any(), Any());
            if (!a.Shape.BroadcastsTo(shape)) a = Leaf(shape);
            if (!b.Shape.BroadcastsTo(shape)) b = Leaf(shape);
            return random.Next(16) switch
            {
                0 => a + b,
                1 => a - b * 0.5,
                2 => Calm(a * b),
                3 => (a * b + a) * 0.25,
                4 => a * 2 + b,
                5 => (a > b).Where(a, 0.5),
                6 => a.Sigmoid() * b,
                7 => a.Maximum(b).Minimum(1.5),
                8 => Calm(a).Exp(),
                9 => a.Sum(-1, keepDims: true) * (1.0 / Math.Max(1, a.Rank > 0 ? a.Shape[^1] : 1)),
                10 => a.Max(0, keepDims: true),
                11 => a / (b.Abs() + 1),
                12 => a.To(DType.Float32).To(type) * 0 + a.Trunc(),
                13 => Shuffled(a),
                14 => (b.IsFinite() & (a < 0)).Where(-a, b),
                _ => (a - a.Mean(-1, keepDims: true)).Square().Mean(-1, keepDims: true) + b,
            };
        }

        private Tensor Shuffled(Tensor x) => random.Next(3) switch
        {
            0 when x.Rank > 0 => x.Flip(random.Next(x.Rank)),
            1 => x.Reshape([x.ElementCount]).Flip(0).Reshape(x.Shape),
            _ => x,
        };

        /// <summary>A leaf that broadcasts to the shape, under a view.</summary>
        private Tensor Leaf(Shape shape)
        {
            var sizes = shape.ToArray();
            for (var axis = 0; axis < sizes.Length; axis++)
                if (random.Next(5) == 0) sizes[axis] = 1;
            if (random.Next(6) == 0) sizes = sizes[random.Next(sizes.Length)..];
            var target = new Shape(sizes);
            if (target.Rank == 0) return Values(target);
            return random.Next(5) switch
            {
                0 when target.Rank > 1 => Values(target.With(target.Rank - 1, target[^2]).With(target.Rank - 2, target[^1])).Transpose(-1, -2),
                1 => Values(target.With(target.Rank - 1, 2 * target[^1])).Slice(-1, 1, null, 2),
                2 => Values(target).Flip(-1),
                3 => Values(target.With(0, 1)).ExpandTo(target),
                _ => Values(target),
            };
        }

        private Tensor Values(Shape shape)
        {
            var values = new double[shape.ElementCount];
            for (var i = 0; i < values.Length; i++) values[i] = random.NextDouble() * 4 - 2;
            return Tensor.From(values, shape).To(type);
        }
    }
}
