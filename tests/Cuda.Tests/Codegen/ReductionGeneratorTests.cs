using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;
using CudaNet.Ops;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Generated reductions on the virtual device against the CPU's kernels.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class ReductionGeneratorTests
{
    private static readonly DType[] Types = [.. Enum.GetValues<DType>()];

    private static readonly (string Name, Shape Shape, int[] Axes, Func<Shape, Layout> Lay)[] Spaces =
    [
        ("all of a vector", [1037], [0], Layout.Contiguous),
        ("all of a long vector", [70001], [0], Layout.Contiguous),
        ("rows", [19, 64], [1], Layout.Contiguous),
        ("short rows", [300, 10], [1], Layout.Contiguous),
        ("long rows of odd length", [3, 2051], [1], Layout.Contiguous),
        ("columns", [70, 45], [0], Layout.Contiguous),
        ("few long columns", [5003, 3], [0], Layout.Contiguous),
        ("the middle", [6, 50, 33], [1], Layout.Contiguous),
        ("channels of images", [4, 5, 6, 8], [0, 2, 3], Layout.Contiguous),
        ("outer and inner", [7, 9, 16], [0, 2], Layout.Contiguous),
        ("rows of a transposed matrix", [40, 37], [1], shape => Layout.Contiguous([37, 40]).Permute([1, 0])),
        ("backwards", [12, 100], [1], shape => Layout.Contiguous(shape).Flip(1)),
        ("a stretched row", [64, 48], [0], shape => Layout.Contiguous([48]).Expand(shape)),
        ("every other element", [11, 60], [1], _ => Layout.Contiguous([11, 120]).Slice(1, 1, 60, 2)),
        ("an axis of one element", [8, 1, 5], [1], Layout.Contiguous),
        ("a scalar", [], [], Layout.Contiguous),
        ("nothing into something", [3, 0], [1], Layout.Contiguous),
        ("something into nothing", [0, 3], [1], Layout.Contiguous),
    ];

    private static IEnumerable<TestCaseData> Reductions =>
        from type in Types from name in new[] { "Sum", "Prod", "Max", "Min" } select new TestCaseData(type, name).SetArgDisplayNames($"{name} of {type.ShortName()}");

    private static Op Make(string name, Axes axes) => name switch { "Sum" => new Sum(axes), "Prod" => new Prod(axes), "Max" => new Max(axes), _ => new Min(axes) };

    [TestCaseSource(nameof(Reductions))]
    public void A_reduction_gives_what_the_CPU_gives(DType type, string name)
    {
        using var bench = new CodegenBench();
        // The ways in which threads are dealt are the same for all: the sum goes through all spaces, the others through some.
        foreach (var (what, shape, axes, lay) in name == "Sum" ? Spaces : [.. Spaces.Where((_, k) => k % 3 == 0), Spaces[^2]])
        {
            if (name is "Max" or "Min" && axes.Any(axis => shape[axis] == 0) && type != DType.Bool) continue;
            var layout = lay(shape);
            var input = new TestInput(type, Values(type, name, layout), layout);
            Check(bench, new(new([type], [], [0]), shape, Make(name, axes), null), [input], $"{name} of {type}, {what}");
        }
    }

    /// <summary>Extremes of special values; sums and products of values that stay in range and do not cancel.</summary>
    private static byte[] Values(DType type, string name, Layout layout)
    {
        var count = TestValues.Reach(layout);
        if (name is "Max" or "Min" || !type.IsFloating()) return TestValues.Draw(type, count, 3);
        var random = new Random(5);
        return TestValues.Encode(type, Array.ConvertAll(new double[count], _ => name == "Prod" ? 1 + (random.NextDouble() - 0.5) / Math.Sqrt(count) : random.NextDouble() + 0.1));
    }

    /// <summary>A sum differs from the CPU's by the order of additions: some units of the type of accumulation.</summary>
    private static void Check(CodegenBench bench, FusedReduction op, TestInput[] inputs, string what, double units = 4)
    {
        var result = op.Infer([]);
        var expected = CodegenBench.OnCpu(op, inputs, [result])[0];
        var actual = Run(bench, op, inputs, result);
        var folded = op.Reduction is Max or Min ? 0 : units + Math.Sqrt(op.Shape.ElementCount / Math.Max(1.0, result.Shape.ElementCount));
        CodegenBench.Close(actual, expected, result.DType, result.DType.IsHalf() ? Math.Min(folded, 1) : folded, what);
    }

    private static byte[] Run(CodegenBench bench, FusedReduction op, TestInput[] inputs, TensorType result)
    {
        var generated = ReductionGenerator.Generate(op, [.. inputs.Select(input => input.Layout)]);
        var bytes = result.Shape.ElementCount * result.DType.Size();
        DevicePointer[] pointers = [.. inputs.Select(input => bench.Upload(input.Data) + input.Layout.Offset * input.Type.Size())];
        var output = bench.Output(bytes);
        if (generated.Join is null) bench.Launch(generated.First, [.. pointers, output]);
        else
        {
            var scratch = bench.Output(generated.ScratchBytes);
            bench.Launch(generated.First, [.. pointers[..op.Program.Inputs.Length], scratch]);
            bench.Launch(generated.Join, [scratch, .. pointers[op.Program.Inputs.Length..], output]);
            bench.Download(scratch, generated.ScratchBytes);
        }
        return bench.Download(output, bytes);
    }

    [TestCaseSource(nameof(Types))]
    public void Positions_of_extremes_are_those_of_the_CPU(DType type)
    {
        using var bench = new CodegenBench();
        Assert.Multiple(() =>
        {
            foreach (var (what, shape, axes, lay) in Spaces)
            {
                if (shape.ElementCount == 0) continue;
                foreach (var greatest in new[] { true, false })
                {
                    var layout = lay(shape);
                    var input = new TestInput(type, Values(type, "Max", layout), layout);
                    Op op = greatest ? new ArgMax(axes) : new ArgMin(axes);
                    var result = op.Infer([new(shape, type)]);
                    var expected = CodegenBench.OnCpu(op, [input], [result])[0];
                    var generated = ReductionGenerator.GenerateArg(greatest, axes, type, layout);
                    var (pointer, output) = (bench.Upload(input.Data) + layout.Offset * type.Size(), bench.Output(expected.Length));
                    if (generated.Join is null) bench.Launch(generated.First, pointer, output);
                    else
                    {
                        var scratch = bench.Output(generated.ScratchBytes);
                        bench.Launch(generated.First, pointer, scratch);
                        bench.Launch(generated.Join, scratch, output);
                    }
                    CodegenBench.Close(bench.Download(output, expected.Length), expected, DType.Int64, 0, $"{op.Name} of {type}, {what}");
                }
            }
        });
    }

    [TestCase(DType.Float32), TestCase(DType.Float16), TestCase(DType.Float64)]
    public void A_program_before_and_one_behind_are_part_of_the_kernel(DType type)
    {
        using var bench = new CodegenBench();
        foreach (var (shape, axis) in new (Shape, int)[] { ([24, 64], 1), ([65, 40], 0), ([2, 9000], 1), ([6000, 2], 0), ([40000], 0) })
        {
            // Σ (a − b)², times a number, plus a further input of the result's shape.
            var program = new ElementwiseProgram([type, type], [new(new Sub(), type, 0, 1), new(new Mul(), type, 2, 2)], [3]);
            var epilogue = new ElementwiseProgram([type, type], [new(new Literal(0.5, type), type), new(new Mul(), type, 0, 2), new(new Add(), type, 3, 1)], [4]);
            var op = new FusedReduction(program, shape, new Sum(axis), epilogue);
            var behind = op.Folded.Shape;
            TestInput[] inputs =
            [
                new(type, Values(type, "Sum", Layout.Contiguous(shape)), Layout.Contiguous(shape)),
                new(type, Values(type, "Sum", Layout.Contiguous([shape[^1]])), Layout.Contiguous([shape[^1]]).Expand(shape)),
                new(type, Values(type, "Sum", Layout.Contiguous(behind)), Layout.Contiguous(behind)),
            ];
            Check(bench, op, inputs, $"{type} {shape} over {axis}");
        }
    }

    [Test]
    public void A_division_by_0_before_a_sum_is_reported()
    {
        using var bench = new CodegenBench();
        var program = ElementwiseProgram.Of(new Fmod(), [DType.Int32, DType.Int32], DType.Int32);
        var op = new FusedReduction(program, [40], new Sum(0), null);
        foreach (var divisor in new[] { 3L, 0L })
        {
            var divisors = Enumerable.Repeat(2L, 40).ToArray();
            divisors[33] = divisor;
            TestInput[] inputs = [new(DType.Int32, TestValues.Draw(DType.Int32, 40, 1), Layout.Contiguous([40])), new(DType.Int32, TestValues.Whole(DType.Int32, divisors), Layout.Contiguous([40]))];
            Run(bench, op, inputs, op.Infer([]));
            Assert.That(bench.Reported, Is.EqualTo(divisor == 0 ? CodegenBench.Token : 0));
        }
    }

    [TestCase("rows"), TestCase("long rows"), TestCase("columns"), TestCase("all")]
    public void Every_input_is_read_once_in_full_sectors(string what)
    {
        using var bench = new CodegenBench();
        (Shape shape, int axis) = what switch { "rows" => (new Shape([64, 512]), 1), "long rows" => (new Shape([8, 4096]), 1), "columns" => (new Shape([256, 128]), 0), _ => (new Shape([1 << 15]), 0) };
        foreach (var type in (DType[])[DType.Float32, DType.Float16])
        {
            var op = new FusedReduction(new([type], [], [0]), shape, new Sum(axis), null);
            var layout = Layout.Contiguous(shape);
            var generated = ReductionGenerator.Generate(op, [layout]);
            var input = bench.Upload(Values(type, "Sum", layout));
            var target = bench.Output(Math.Max(generated.ScratchBytes, op.Folded.Shape.ElementCount * type.Size()));
            bench.Launch(generated.First, input, target);
            var counters = bench.Last.Counters;
            Assert.That(counters.GlobalBytesRead, Is.EqualTo(shape.ElementCount * type.Size()), $"{type} {what}");
            Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95), $"{type} {what}");
            Assert.That(counters.SharedBankConflicts, Is.Zero, $"{type} {what}");
        }
    }

    [Test]
    public void Equal_shapes_give_equal_bits()
    {
        using var bench = new CodegenBench();
        var op = new FusedReduction(new([DType.Float32], [], [0]), [50000], new Sum(0), null);
        var input = new TestInput(DType.Float32, Values(DType.Float32, "Sum", Layout.Contiguous([50000])), Layout.Contiguous([50000]));
        var first = Run(bench, op, [input], op.Infer([]));
        Assert.That(Run(bench, op, [input], op.Infer([])), Is.EqualTo(first));
    }
}
