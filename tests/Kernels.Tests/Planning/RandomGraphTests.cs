using CudaNet.Cpu.Reference;
using CudaNet.Execution;

namespace CudaNet.Tests.Planning;

/// <summary>Random graphs, run fused with all simplifications, run op by op, and run by the float64 reference, must agree.</summary>
public class RandomGraphTests
{
    private const int Size = 6;

    private static Tensor Draw(Random random, IReadOnlyList<Tensor> nodes)
    {
        Tensor Any() => nodes[random.Next(nodes.Count)];
        var (a, b) = (Any(), Any());
        return random.Next(20) switch
        {
            0 => a.MatMul(b) * 0.3,
            1 => a.T,
            2 => a.Sum(random.Next(2), keepDims: true) * 0.2 + b,
            3 => (a.Max(random.Next(2), keepDims: true) - b).Tanh(),
            4 => a.Sin() * b,
            5 => a.Reshape([Size * Size]).Sigmoid().Reshape([Size, Size]),
            6 => (a > b).Where(a * 0.5, b),
            7 => a.Flip(random.Next(2)),
            8 => a[.., 0].Unsqueeze(1) * b,
            9 => Tensor.Concat([a[..2], b[2..]], 0),
            10 => (a * 1 + 0) - b.ExpandTo([Size, Size]),
            11 => a.Mean() + b,
            12 => (a.Square().Mean(1, keepDims: true) + 0.1).Rsqrt() * a,
            13 => a.Reshape([2, 3, Size]).Permute(1, 0, 2).Reshape([Size, Size]),
            14 => a.MatMul(b.T) * 0.3 + a,
            15 => (a.MatMul(b) * 0.3 + b[0]).Relu(),
            16 => a.To(DType.Float32).To(DType.Float64) * 0.7,
            17 => Tensor.Full([Size, 1], 0.25, DType.Float64) * a,
            _ => a * b * 0.5 + 0.1,
        };
    }

    [Test]
    public void Fused_unfused_and_reference_agree([Range(1, 150)] int seed)
    {
        var random = new Random(seed);
        var nodes = new List<Tensor> { Tensor.Randn([Size, Size], 1, DType.Float64), Tensor.Randn([Size, Size], 2, DType.Float64), Tensor.Randn([Size, Size], 3, DType.Float64) };
        foreach (var leaf in nodes) leaf.Realize();
        for (var k = 0; k < 25; k++) nodes.Add(Draw(random, nodes));
        Tensor[] roots = [nodes[^1], nodes[^(1 + random.Next(8))], nodes[3 + random.Next(20)]];
        var loss = roots[0].Square().Mean() + roots[1].Sum() * 0.01;
        roots = [.. roots, loss, Grad.Of(loss, nodes[0])];
        var expected = roots.Select(root => ReferenceInterpreter.Evaluate(root).Values).ToArray();
        // The casts in between round to Float32, which the reference does not.
        var scale = expected.Select(values => values.Max(Math.Abs)).ToArray();

        // Plans are run on copies of the graph, since a root that is computed is a leaf from then on.
        var fused = Compiled.Of(_ => roots)([]);
        PlanOptions.Current = new(Fuse: false, Simplify: false);
        IReadOnlyList<Tensor> plain;
        try
        {
            plain = Compiled.Of(_ => roots)([]);
        }
        finally
        {
            PlanOptions.Current = PlanOptions.Default;
        }
        for (var k = 0; k < roots.Length; k++)
        {
            Assert.That(fused[k].ToArray<double>(), Is.EqualTo(plain[k].ToArray<double>()).Within(1e-6 * Math.Max(1, scale[k])), $"root {k}, fused against unfused");
            Assert.That(plain[k].ToArray<double>(), Is.EqualTo(expected[k]).Within(1e-4 * Math.Max(1, scale[k])), $"root {k}, unfused against reference");
        }
    }

    [Test]
    public void Slots_written_in_place_hold_what_slots_written_apart_hold([Range(1, 60)] int seed)
    {
        double[][] Run(bool hold)
        {
            var random = new Random(seed);
            var slots = Enumerable.Range(0, 4).Select(k => new State(Tensor.Randn([Size, Size], k + 1, DType.Float64).Realize())).ToArray();
            var programs = Enumerable.Range(0, 12).Select(_ => random.Next()).ToArray();
            var step = Compiled.Of(x =>
            {
                var values = new List<Tensor> { x };
                values.AddRange(slots.Select(slot => slot.Value));
                foreach (var program in programs)
                {
                    var choice = new Random(program);
                    values.Add(Draw(choice, values).Tanh());
                    if (choice.Next(3) == 0) slots[choice.Next(slots.Length)].Assign(values[^1]);
                    if (choice.Next(4) == 0) values.Add(slots[choice.Next(slots.Length)].Value);
                }
                return values[^1];
            });
            var results = new List<double[]>();
            for (var k = 0; k < 4; k++)
            {
                // A value that is held cannot be written over: so this run never writes in place.
                var held = hold ? slots.Select(slot => slot.Value).ToArray() : [];
                results.Add(step(Tensor.Randn([Size, Size], 100 + k, DType.Float64)).ToArray<double>());
                GC.KeepAlive(held);
            }
            results.AddRange(slots.Select(slot => slot.Value.ToArray<double>()));
            return [.. results];
        }
        var (inPlace, apart) = (Run(false), Run(true));
        for (var k = 0; k < apart.Length; k++) Assert.That(inPlace[k], Is.EqualTo(apart[k]), $"result {k}");
    }
}
