using CudaNet.Cpu.Elementwise;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Tests.Elementwise;

/// <summary>A cast to a half type that is left to the store has the slot of the value that it rounds.</summary>
public unsafe class SharedRoundingTests
{
    [Test]
    public void A_value_and_its_rounding_may_both_be_outputs()
    {
        const int Count = 100;
        var program = new ElementwiseProgram([DType.Float32], [new(new Neg(), DType.Float32, 0), new(new Cast(DType.Float16), DType.Float16, 1)], [2, 1]);
        var runner = new ElementwiseRunner(program, [Count], [Layout.Contiguous([Count])]);
        var (x, y, half) = (Enumerable.Range(0, Count).Select(i => i / 7f).ToArray(), new float[Count], new Half[Count]);
        fixed (float* input = x, result = y)
        fixed (Half* rounded = half)
        {
            var operands = stackalloc nint[] { (nint)input, (nint)rounded, (nint)result };
            runner.Run(operands, 0, Count);
        }
        Assert.Multiple(() =>
        {
            Assert.That(y, Is.EqualTo(x.Select(value => -value)));
            Assert.That(half, Is.EqualTo(x.Select(value => (Half)(-value))));
        });
    }
}
