using CudaNet.Cuda.Codegen;
using CudaNet.Graphs;
using CudaNet.Ops;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>One program over many tensors in one launch, against the CPU's bits.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class ElementwiseListTests
{
    // One element, less than a warp, a block and one more, several blocks, a rest that is no whole vector.
    private static readonly int[] Sizes = [1, 7, 64, 1024, 1025, 2 * 1024 + 13];

    /// <summary>A step like Adam's: m, g, v, w, size, spread to m, v, w. Without a root of less than 0, whose bits differ.</summary>
    private static readonly ElementwiseProgram Adam = new(
        [DType.Float32, DType.Float32, DType.Float32, DType.Float32, DType.Float32, DType.Float32],
        [
            new(new Literal(0.9, DType.Float32), DType.Float32), new(new Literal(0.1, DType.Float32), DType.Float32),       // 6, 7
            new(new Mul(), DType.Float32, 0, 6), new(new Mul(), DType.Float32, 1, 7), new(new Add(), DType.Float32, 8, 9), // 10: m
            new(new Mul(), DType.Float32, 1, 1), new(new Maximum(), DType.Float32, 2, 11),                                 // 12: v
            new(new Sqrt(), DType.Float32, 12), new(new Mul(), DType.Float32, 13, 5), new(new Add(), DType.Float32, 14, 6),
            new(new Mul(), DType.Float32, 10, 4), new(new Div(), DType.Float32, 16, 15), new(new Sub(), DType.Float32, 3, 17), // 18: w
        ],
        [10, 12, 18]);

    private static readonly bool[] IsOne = [false, false, false, false, true, true];

    [Test]
    public void Tensors_of_all_sizes_get_the_CPUs_bits_and_nothing_beside_them_is_touched()
    {
        using var bench = new Bench();
        bench.Check(Adam, IsOne, Sizes);
    }

    [Test]
    public void More_tensors_than_a_table_holds_are_several_launches()
    {
        using var bench = new Bench();
        var most = new ElementwiseList(Adam, [new(1)], IsOne).Most;
        Assert.That(most, Is.GreaterThan(40));
        Assert.That(bench.Check(Adam, IsOne, [.. Enumerable.Range(0, 2 * most + 3).Select(k => 1 + k * 7 % 50)]), Is.EqualTo(3));
        Assert.That(bench.Check(Adam, IsOne, [.. Enumerable.Range(0, most).Select(k => 1 + k % 3)]), Is.EqualTo(1));
    }

    [Test]
    public void A_tensor_that_lies_anyhow_is_worked_on_element_by_element([Range(0, 8)] int operand)
    {
        using var bench = new Bench();
        bench.Check(Adam, IsOne, [1024, 1024, 1024], misaligned: (1, operand));
    }

    [Test]
    public void Every_type_and_a_mask()
    {
        foreach (var type in (DType[])[DType.Float64, DType.Float16, DType.BFloat16, DType.Int32])
        {
            using var bench = new Bench();
            var program = new ElementwiseProgram([DType.Bool, type, type], [new(new Where(), type, 0, 1, 2), new(new Add(), type, 3, 2)], [3, 4]);
            bench.Check(program, [true, false, false], Sizes);
        }
    }

    [Test]
    public void Memory_is_moved_once_in_whole_sectors()
    {
        using var bench = new Bench();
        bench.Check(Adam, IsOne, [4096, 8192]);
        var counters = bench.Last.Counters;
        // m, g, v, w and back m, v, w; beside them the two numbers, for each thread of four elements.
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo(3 * 3 * 4096 * sizeof(float)));
        Assert.That(counters.GlobalBytesRead, Is.EqualTo((4 * sizeof(float) + 2) * 3 * 4096));
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
    }

    [Test]
    public void An_integer_divided_by_zero_in_any_tensor_is_reported()
    {
        using var bench = new Bench();
        var program = ElementwiseProgram.Of(new FloorDivide(), [DType.Int32, DType.Int32], DType.Int32);
        bench.Check(program, [false, false], [5, 9]);
        Assert.That(bench.Reported, Is.Zero);
        bench.Check(program, [false, false], [5, 9], zero: (1, 1));
        Assert.That(bench.Reported, Is.EqualTo(CodegenBench.Token));
    }

    private sealed class Bench : IDisposable
    {
        private readonly CodegenBench _bench = new();

        public LaunchResult Last { get; private set; } = null!;

        public ulong Reported { get; private set; }

        /// <summary>Runs a program over tensors of such sizes and holds each against the CPU; gives the number of launches.</summary>
        public int Check(ElementwiseProgram program, bool[] isOne, int[] sizes, (int Tensor, int Operand)? misaligned = null, (int Tensor, int Operand)? zero = null)
        {
            var (inputs, outputs) = (program.Inputs.Length, program.Outputs.Length);
            var list = new ElementwiseList(program, [.. sizes.Select(size => new Shape(size))], isOne);
            var data = sizes.Select((size, tensor) => Enumerable.Range(0, inputs).Select(k => new TestInput(program.Inputs[k],
                TestValues.Draw(program.Inputs[k], isOne[k] ? 1 : size, 31 * tensor + k, special: false, nonZero: true), isOne[k] ? Layout.Contiguous(default(Shape)).Expand([size]) : Layout.Contiguous([size]))).ToArray()).ToArray();
            if (zero is { } place) Array.Clear(data[place.Tensor][place.Operand].Data);
            var pointers = new DevicePointer[sizes.Length, inputs + outputs];
            for (var tensor = 0; tensor < sizes.Length; tensor++)
                for (var k = 0; k < inputs + outputs; k++)
                {
                    var size = k < inputs ? program.Inputs[k].Size() : program.TypeOf(program.Outputs[k - inputs]).Size();
                    var shift = misaligned == (tensor, k) ? size : 0;
                    pointers[tensor, k] = k < inputs
                        ? _bench.Upload([.. new byte[shift], .. data[tensor][k].Data]) + shift
                        : _bench.Output(sizes[tensor] * size + shift) + shift;
                }

            var module = _bench.Device.LoadModule(ClangPrograms.Compile(list.Kernel));
            var record = _bench.Upload(new byte[24]);
            var launches = 0;
            foreach (var (launch, first, count, table) in list.Launches())
            {
                for (var tensor = 0; tensor < count; tensor++)
                    for (var k = 0; k < inputs + outputs; k++)
                        BitConverter.TryWriteBytes(table.AsSpan(list.AddressOf(tensor, k)), pointers[first + tensor, k].Address);
                KernelArgument[] errors = list.ReportsErrors ? [record, CodegenBench.Token] : [];
                Last = _bench.Device.Launch(module.GetFunction(list.Kernel.Entry), new(launch.Grid.X), new(launch.Block.X), 0, [KernelArgument.FromBytes(table), .. errors]);
                Assert.That(Last.Findings, Is.Empty, string.Join("\n", Last.Findings) + "\n" + list.Kernel.Source);
                launches++;
            }
            Reported = _bench.Device.Download<ulong>(record, 1)[0];
            for (var tensor = 0; tensor < sizes.Length && zero is null; tensor++)
            {
                var expected = CodegenBench.OnCpu(new FusedElementwise(program, [sizes[tensor]]), data[tensor], [.. program.Outputs.Select(value => new TensorType([sizes[tensor]], program.TypeOf(value)))]);
                for (var k = 0; k < outputs; k++)
                {
                    var shift = misaligned == (tensor, inputs + k) ? program.TypeOf(program.Outputs[k]).Size() : 0;
                    var actual = _bench.Download(new DevicePointer(pointers[tensor, inputs + k].Address - (ulong)shift), expected[k].Length + shift)[shift..];
                    Assert.That(actual, Is.EqualTo(expected[k]), $"output {k} of tensor {tensor}, {sizes[tensor]} elements");
                }
            }
            return launches;
        }

        public void Dispose() => _bench.Dispose();
    }
}
