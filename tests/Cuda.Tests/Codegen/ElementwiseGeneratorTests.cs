using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;
using CudaNet.Ops;
using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>Generated elementwise kernels on the virtual device against the CPU's kernels.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class ElementwiseGeneratorTests
{
    private static readonly DType[] Types = [.. Enum.GetValues<DType>()];

    /// <summary>Ops whose results are rounded once, so that both devices give the same bits.</summary>
    private static readonly HashSet<Type> Approximate =
        [typeof(Exp), typeof(Exp2), typeof(Expm1), typeof(Log), typeof(Log2), typeof(Log1p), typeof(Sin), typeof(Cos), typeof(Tan), typeof(Tanh), typeof(Sigmoid), typeof(Erf), typeof(Atan2), typeof(Pow), typeof(Rsqrt)];

    /// <summary>All ops on arguments of a type in one program: inputs a, b and a mask, an output an op.</summary>
    internal static (ElementwiseProgram Program, List<Op> Ops) AllOps(DType type, Func<Op, bool> wanted)
    {
        var ops = OpText.Ops.Where(op => OpText.Knows(op, type) && wanted(op)).OrderBy(op => op.Name, StringComparer.Ordinal).ToList();
        if (wanted(new Cast(type))) ops.AddRange(Types.Where(to => to != type).Select(to => new Cast(to)));
        var instructions = ops.Select(op => new Instruction(op, op.Infer(OpText.ArgumentsOf(op) == 3 ? [new([1], DType.Bool), new([1], type), new([1], type)] : Enumerable.Repeat(new TensorType([1], type), OpText.ArgumentsOf(op)).ToArray()).DType,
            OpText.ArgumentsOf(op) == 3 ? 2 : 0, OpText.ArgumentsOf(op) == 3 ? 0 : OpText.ArgumentsOf(op) == 2 ? 1 : -1, OpText.ArgumentsOf(op) == 3 ? 1 : -1));
        return (new([type, type, DType.Bool], [.. instructions], [.. ops.Select((_, k) => 3 + k)]), ops);
    }

    internal static bool Suits(Op op, DType type) => type != DType.Bool || op is not (Pow or Neg or Sub or Abs or Relu or Sign or Remainder or Fmod or FloorDivide);

    [TestCaseSource(nameof(Types))]
    public void Every_op_gives_what_the_CPU_gives(DType type)
    {
        foreach (var exact in new[] { true, false })
        {
            var (program, ops) = AllOps(type, op => Approximate.Contains(op.GetType()) != exact && Suits(op, type));
            if (ops.Count == 0) continue;
            Check(program, [31, 67], k => new(program.Inputs[k], TestValues.Draw(program.Inputs[k], 31 * 67, 5 + k, special: true, nonZero: k == 1 && !type.IsFloating()), Layout.Contiguous([31, 67])),
                k => (ops[k] is Cast to ? $"Cast to {to.To}" : ops[k].Name, exact ? 0 : type.IsHalf() ? 1 : 4));
        }
    }

    private static IEnumerable<TestCaseData> Accesses()
    {
        static Layout Of(Shape shape) => Layout.Contiguous(shape);
        (string Name, Shape Shape, Layout[] Layouts)[] cases =
        [
            ("one element", [], [Of([]), Of([])]),
            ("one element of rank 3", [1, 1, 1], [Of([1, 1, 1]), Of([1, 1, 1])]),
            ("less than a block", [7], [Of([7]), Of([7])]),
            ("a scalar beside", [3, 1000], [Of([3, 1000]), Of([]).Expand([3, 1000])]),
            ("a misaligned slice", [2051], [Of([2060]).Slice(0, 3, 2051, 1), Of([2051])]),
            ("a row under a matrix", [33, 64], [Of([33, 64]), Of([64]).Expand([33, 64])]),
            ("a row of odd length", [33, 61], [Of([33, 61]), Of([61]).Expand([33, 61])]),
            ("a column beside a matrix", [48, 64], [Of([48, 64]), Of([48, 1]).Expand([48, 64])]),
            ("channels of images", [3, 5, 8, 16], [Of([3, 5, 8, 16]), Of([5, 1, 1]).Expand([3, 5, 8, 16])]),
            ("row and column", [40, 64], [Of([64]).Expand([40, 64]), Of([40, 1]).Expand([40, 64])]),
            ("a transposed matrix", [37, 41], [Of([41, 37]).Permute([1, 0]), Of([37, 41])]),
            ("transposed tiles with a rest", [3, 70, 2, 45], [Of([3, 2, 45, 70]).Permute([0, 3, 1, 2]), Of([45]).Expand([3, 70, 2, 45])]),
            ("transposed and a scalar", [33, 64], [Of([64, 33]).Permute([1, 0]), Of([]).Expand([33, 64])]),
            ("permuted axes", [5, 6, 7, 8], [Of([8, 6, 5, 7]).Permute([2, 1, 3, 0]), Of([5, 7, 6, 8]).Permute([0, 2, 1, 3])]),
            ("read backwards", [9, 65], [Of([9, 65]).Flip(1), Of([9, 65]).Flip(0)]),
            ("every other column", [13, 32], [Of([13, 64]).Slice(1, 1, 32, 2), Of([13, 32])]),
            ("a part of each row", [16, 64], [Of([16, 128]).Slice(1, 8, 64, 1), Of([16, 64])]),
            ("a part of each row, misaligned", [16, 64], [Of([16, 127]).Slice(1, 3, 64, 1), Of([16, 64])]),
        ];
        foreach (var type in (DType[])[DType.Float32, DType.BFloat16, DType.UInt8, DType.Int64])
            foreach (var (name, shape, layouts) in cases)
                yield return new TestCaseData(type, shape, layouts).SetArgDisplayNames($"{type.ShortName()}, {name}");
    }

    [TestCaseSource(nameof(Accesses))]
    public void Every_way_in_which_operands_lie_is_read_right(DType type, Shape shape, Layout[] layouts)
    {
        var program = new ElementwiseProgram([type, type], [new(new Mul(), type, 0, 1), new(new Sub(), type, 2, 1)], [3, 2]);
        Check(program, shape, k => Input(type, layouts[k], k), k => ($"output {k}", 0));
    }

    private static TestInput Input(DType type, Layout layout, int seed, bool nonZero = false) =>
        new(type, TestValues.Draw(type, TestValues.Reach(layout), seed, nonZero: nonZero), layout);

    [TestCase(1), TestCase(255), TestCase(256), TestCase(1024), TestCase(1025), TestCase(2047), TestCase(2048), TestCase(4099)]
    public void Every_length_is_worked_on_to_its_end_and_not_beyond(int count)
    {
        var program = new ElementwiseProgram([DType.Float16, DType.Float32], [new(new Cast(DType.Float32), DType.Float32, 0), new(new Add(), DType.Float32, 2, 1), new(new Cast(DType.Float16), DType.Float16, 3)], [4, 3]);
        Check(program, [count], k => Input(program.Inputs[k], Layout.Contiguous([count]), count + k), k => ($"output {k}", 0));
    }

    [Test]
    public void A_program_without_inputs_fills_its_outputs()
    {
        foreach (var type in Types)
        {
            var program = new ElementwiseProgram([], [new(new Literal(type.IsFloating() ? (Scalar)(-1.7) : type == DType.Bool ? true : (Scalar)200L, type), type)], [0]);
            Check(program, [1003], k => throw new ArgumentOutOfRangeException(nameof(k)), _ => (type.ShortName(), 0));
        }
    }

    [Test]
    public void Extreme_literals_are_exact()
    {
        foreach (var (type, value) in new (DType, Scalar)[] { (DType.Int64, long.MinValue), (DType.Int64, long.MaxValue), (DType.Int32, (long)int.MinValue), (DType.Float32, double.NaN), (DType.Float32, double.NegativeInfinity), (DType.Float64, Math.PI), (DType.Float64, double.Epsilon), (DType.Float32, 1e-45), (DType.Float64, double.PositiveInfinity) })
        {
            var program = new ElementwiseProgram([], [new(new Literal(value, type), type)], [0]);
            Check(program, [3], k => throw new ArgumentOutOfRangeException(nameof(k)), _ => ($"{value}", 0));
        }
    }

    [Test]
    public void An_output_may_lie_over_a_linear_input()
    {
        using var bench = new CodegenBench();
        Shape shape = [50, 64];
        var program = new ElementwiseProgram([DType.Float32, DType.Float32], [new(new Mul(), DType.Float32, 0, 0), new(new Sub(), DType.Float32, 2, 1), new(new Add(), DType.Float32, 0, 1)], [3, 4]);
        TestInput[] inputs = [Input(DType.Float32, Layout.Contiguous(shape), 1), Input(DType.Float32, Layout.Contiguous(shape), 2)];
        var expected = CodegenBench.OnCpu(new FusedElementwise(program, shape), inputs, [new(shape, DType.Float32), new(shape, DType.Float32)]);
        var launch = ElementwiseGenerator.Generate(program, shape, [.. inputs.Select(input => input.Layout)]);
        DevicePointer a = bench.Upload(inputs[0].Data), b = bench.Upload(inputs[1].Data);
        bench.Launch(launch, a, b, b, a);
        CodegenBench.Close(bench.Device.Download<byte>(b, inputs[0].Data.Length), expected[0], DType.Float32, 0, "over the second input");
        CodegenBench.Close(bench.Device.Download<byte>(a, inputs[0].Data.Length), expected[1], DType.Float32, 0, "over the first input");
    }

    [TestCase(typeof(Remainder)), TestCase(typeof(Fmod)), TestCase(typeof(FloorDivide))]
    public void An_integer_divided_by_0_is_reported(Type op)
    {
        using var bench = new CodegenBench();
        foreach (var type in (DType[])[DType.UInt8, DType.Int32, DType.Int64])
        {
            var program = ElementwiseProgram.Of((Op)Activator.CreateInstance(op)!, [type, type], type);
            foreach (var divisor in new[] { 3L, 0L })
            {
                TestInput[] inputs = [new(type, TestValues.Whole(type, [5, 7, 9]), Layout.Contiguous([3])), new(type, TestValues.Whole(type, [2, divisor, 4]), Layout.Contiguous([3]))];
                Run(bench, program, [3], inputs);
                Assert.That(bench.Reported, Is.EqualTo(divisor == 0 ? CodegenBench.Token : 0), $"{op.Name} of {type} by {divisor}");
            }
        }
    }

    [Test]
    public void One_text_serves_all_shapes_that_are_read_in_the_same_way()
    {
        var program = new ElementwiseProgram([DType.Float32, DType.Float32], [new(new Add(), DType.Float32, 0, 1)], [2]);
        string Text(Shape shape, params Layout[] layouts) => ElementwiseGenerator.Generate(program, shape, layouts).Kernel.Name;
        var linear = Text([7], Layout.Contiguous([7]), Layout.Contiguous([7]));
        Assert.Multiple(() =>
        {
            Assert.That(Text([3, 5, 9000], Layout.Contiguous([3, 5, 9000]), Layout.Contiguous([3, 5, 9000])), Is.EqualTo(linear), "any contiguous shape");
            Assert.That(Text([1L << 33], Layout.Contiguous([1L << 33]), Layout.Contiguous([1L << 33])), Is.EqualTo(linear), "more elements than 32 bits count");
            Assert.That(Text([8, 64], Layout.Contiguous([8, 64]), Layout.Contiguous([64]).Expand([8, 64])),
                Is.EqualTo(Text([9, 5, 12], Layout.Contiguous([9, 5, 12]), Layout.Contiguous([12]).Expand([9, 5, 12]))), "a row below a matrix");
            Assert.That(Text([8, 64], Layout.Contiguous([8, 64]), Layout.Contiguous([64]).Expand([8, 64])), Is.Not.EqualTo(linear));
        });
    }

    [Test]
    public void Positions_beyond_32_bits_are_found_by_the_wide_text()
    {
        // Two elements that lie 2³² elements apart, in a buffer that only exists around them, cannot be held here; the text's
        // arithmetic is the same for a short stride, and that one is run.
        var program = ElementwiseProgram.Of(new Neg(), [DType.Float32], DType.Float32);
        var far = ElementwiseGenerator.Generate(program, [2, 3], [new([2, 3], [1L << 32, 2])]);
        Assert.That(far.Kernel.Source, Does.Contain("long long a0s0"));
        var axes = new AxisArguments("", [5, 3], [("a0", [6, 2])], wide: true);
        var near = far with { Numbers = [15L, .. axes.Numbers()] };
        using var bench = new CodegenBench();
        var input = Input(DType.Float32, new([5, 3], [6, 2]), 4);
        var output = bench.Output(15 * sizeof(float));
        bench.Launch(near, bench.Upload(input.Data), output);
        CodegenBench.Close(bench.Download(output, 15 * sizeof(float)), CodegenBench.OnCpu(new FusedElementwise(program, [5, 3]), [input], [new([5, 3], DType.Float32)])[0], DType.Float32, 0, "wide");
    }

    [TestCase(DType.Float32), TestCase(DType.Float16), TestCase(DType.UInt8)]
    public void Linear_operands_move_in_full_sectors_and_only_once(DType type)
    {
        using var bench = new CodegenBench();
        const int Count = 1 << 15;
        var program = new ElementwiseProgram([type, type], [new(new Mul(), type, 0, 1), new(new Sub(), type, 2, 0)], [3]);
        Run(bench, program, [Count], [Input(type, Layout.Contiguous([Count]), 1), Input(type, Layout.Contiguous([Count]), 2)]);
        AssertMoved(bench, 3L * Count * type.Size());
    }

    [Test]
    public void A_row_and_a_column_beside_a_matrix_move_no_more_than_they_have_to()
    {
        using var bench = new CodegenBench();
        Shape shape = [64, 512];
        var program = new ElementwiseProgram([DType.Float32, DType.Float32, DType.Float32], [new(new Mul(), DType.Float32, 0, 1), new(new Sub(), DType.Float32, 3, 2)], [4]);
        Run(bench, program, shape, [Input(DType.Float32, Layout.Contiguous(shape), 1), Input(DType.Float32, Layout.Contiguous([64, 1]).Expand(shape), 2), Input(DType.Float32, Layout.Contiguous([512]).Expand(shape), 3)]);
        // The row comes from cache again for each row of the matrix; a thread's four elements share one of the column.
        AssertMoved(bench, (3 * 64 * 512 + 64 * 512 / 4) * sizeof(float));
    }

    [Test]
    public void A_transposed_operand_is_read_in_whole_sectors_by_a_few_rounds()
    {
        using var bench = new CodegenBench();
        Shape shape = [128, 96];
        var program = ElementwiseProgram.Of(new Add(), [DType.Float32, DType.Float32], DType.Float32);
        Run(bench, program, shape, [Input(DType.Float32, Layout.Contiguous(shape), 1), Input(DType.Float32, Layout.Contiguous([96, 128]).Permute([1, 0]), 2)]);
        var counters = bench.Last.Counters;
        Assert.That(counters.GlobalBytesRead + counters.GlobalBytesWritten, Is.EqualTo(3 * 128 * 96 * sizeof(float)));
        // Two operands in full, and half a sector of the transposed one in each of two rounds: 3 of 4. By rows it were 3 of 10.
        Assert.That(counters.CoalescingPercent, Is.EqualTo(75).Within(0.1));
    }

    private static void AssertMoved(CodegenBench bench, long bytes)
    {
        var counters = bench.Last.Counters;
        Assert.That(counters.GlobalBytesRead + counters.GlobalBytesWritten, Is.EqualTo(bytes));
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
    }

    [Test]
    public void Random_programs_give_the_CPUs_bits([Range(0, 39)] int seed)
    {
        var random = new Random(seed);
        Shape[] shapes = [[1037], [17, 48], [6, 5, 31], [3, 4, 5, 8], [1], [257, 1]];
        var shape = shapes[random.Next(shapes.Length)];
        var program = RandomProgram.Make(random);
        Check(program, shape, k => Input(program.Inputs[k], RandomProgram.Lay(random, shape), 100 * seed + k, nonZero: true), k => ($"{program} output {k}", 0));
    }

    private static void Check(ElementwiseProgram program, Shape shape, Func<int, TestInput> inputOf, Func<int, (string Name, double Units)> outputs)
    {
        using var bench = new CodegenBench();
        TestInput[] inputs = [.. Enumerable.Range(0, program.Inputs.Length).Select(inputOf)];
        var expected = CodegenBench.OnCpu(new FusedElementwise(program, shape), inputs, [.. program.Outputs.Select(value => new TensorType(shape, program.TypeOf(value)))]);
        var actual = Run(bench, program, shape, inputs);
        Assert.Multiple(() =>
        {
            for (var k = 0; k < actual.Length; k++)
                CodegenBench.Close(actual[k], expected[k], program.TypeOf(program.Outputs[k]), outputs(k).Units, outputs(k).Name);
        });
    }

    private static byte[][] Run(CodegenBench bench, ElementwiseProgram program, Shape shape, TestInput[] inputs)
    {
        var launch = ElementwiseGenerator.Generate(program, shape, [.. inputs.Select(input => input.Layout)]);
        var results = program.Outputs.Select(value => shape.ElementCount * program.TypeOf(value).Size()).ToArray();
        DevicePointer[] outputs = [.. results.Select(bench.Output)];
        bench.Launch(launch, [.. inputs.Select(input => bench.Upload(input.Data) + input.Layout.Offset * input.Type.Size()), .. outputs]);
        return [.. outputs.Select((output, k) => bench.Download(output, results[k]))];
    }
}
