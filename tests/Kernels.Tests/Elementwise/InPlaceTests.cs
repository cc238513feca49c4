using CudaNet.Cpu.Elementwise;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Tests.Elementwise;

/// <summary>An output that lies over an input: planners do that with what dies.</summary>
public unsafe class InPlaceTests
{
    private const int Count = 5000;

    [Test]
    public void Two_outputs_over_two_inputs_that_are_still_read()
    {
        // a′ = a + b, b′ = a − b: the first output must not destroy what the second one needs.
        var program = new ElementwiseProgram([DType.Float32, DType.Float32],
            [new(new Add(), DType.Float32, 0, 1), new(new Sub(), DType.Float32, 0, 1)], [2, 3]);
        var a = Enumerable.Range(0, Count).Select(i => i * 0.5f).ToArray();
        var b = Enumerable.Range(0, Count).Select(i => 3f - i).ToArray();
        var (sum, difference) = (a.Zip(b, (x, y) => x + y).ToArray(), a.Zip(b, (x, y) => x - y).ToArray());
        Run(program, a, b);
        Assert.Multiple(() =>
        {
            Assert.That(a, Is.EqualTo(sum));
            Assert.That(b, Is.EqualTo(difference));
        });
    }

    [Test]
    public void Outputs_that_swap_the_inputs()
    {
        var program = new ElementwiseProgram([DType.Float32, DType.Float32], [new(new Neg(), DType.Float32, 0), new(new Neg(), DType.Float32, 2)], [1, 3]);
        var a = Enumerable.Range(0, Count).Select(i => i * 0.5f).ToArray();
        var b = Enumerable.Range(0, Count).Select(i => 3f - i).ToArray();
        var (wasA, wasB) = ((float[])a.Clone(), (float[])b.Clone());
        Run(program, a, b);
        Assert.Multiple(() =>
        {
            Assert.That(a, Is.EqualTo(wasB));
            Assert.That(b, Is.EqualTo(wasA));
        });
    }

    [Test]
    public void A_conversion_over_its_own_input()
    {
        var program = ElementwiseProgram.Of(new Cast(DType.Float32), [DType.Int32], DType.Float32);
        var values = Enumerable.Range(0, Count).Select(i => i * 7 - 1000).ToArray();
        var expected = Array.ConvertAll(values, v => (float)v);
        var runner = new ElementwiseRunner(program, [Count], [Layout.Contiguous([Count])]);
        var result = new float[Count];
        fixed (int* p = values)
        {
            var operands = stackalloc nint[] { (nint)p, (nint)p };
            runner.Run(operands, 0, Count);
            new Span<float>(p, Count).CopyTo(result);
        }
        Assert.That(result, Is.EqualTo(expected));
    }

    private static void Run(ElementwiseProgram program, float[] a, float[] b)
    {
        var layout = Layout.Contiguous([Count]);
        var runner = new ElementwiseRunner(program, [Count], [layout, layout]);
        fixed (float* x = a, y = b)
        {
            var operands = stackalloc nint[] { (nint)x, (nint)y, (nint)x, (nint)y };
            runner.Run(operands, 0, Count);
        }
    }
}
