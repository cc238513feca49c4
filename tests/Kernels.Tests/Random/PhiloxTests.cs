using CudaNet.Cpu.Random;

namespace CudaNet.Tests.RandomNumbers;

public class PhiloxTests
{
    // The known answers that come with the authors' Random123: philox4x32 10.
    [TestCase(0u, 0u, 0u, 0u, 0u, 0u, new[] { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u })]
    [TestCase(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, new[] { 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu })]
    [TestCase(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, new[] { 0xd16cfe09u, 0x94fdcceb, 0x5001e420u, 0x24126ea1u })]
    public void A_block_has_the_published_words(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint[] expected)
    {
        var (a, b, c, d) = Philox.Block(c0, c1, c2, c3, k0, k1);
        Assert.That(new[] { a, b, c, d }, Is.EqualTo(expected));
        // The same block as part of a draw: seed and draw are the halves of key and counter.
        var draw = new Philox(unchecked((long)(k1 * 0x100000000UL + k0)), unchecked((long)(c3 * 0x100000000UL + c2)));
        (a, b, c, d) = draw.Block(unchecked((long)(c1 * 0x100000000UL + c0)));
        Assert.That(new[] { a, b, c, d }, Is.EqualTo(expected));
    }

    [TestCase(0)]
    [TestCase(4L * 0xFFFFFFF0)] // the block number carries into its upper half within the vector
    [TestCase(4L * 0xFFFFFFC0)]
    public unsafe void Sixteen_blocks_at_once_are_the_same_as_one_by_one(long first)
    {
        var philox = new Philox(0x123456789ABCDEF, -5);
        foreach (var count in (int[])[64, 128, 4, 7, 200, 201])
        {
            var words = new uint[count];
            fixed (uint* target = words) philox.Fill(target, first, count);
            for (var i = 0; i < count; i++)
            {
                var (a, b, c, d) = philox.Block(first / 4 + i / 4);
                Assert.That(words[i], Is.EqualTo((i % 4) switch { 0 => a, 1 => b, 2 => c, _ => d }), $"word {i} of {count}");
            }
        }
    }

    [Test]
    public void Draws_do_not_depend_on_the_number_of_threads()
    {
        var threads = CudaNet.Cpu.Threading.WorkerPool.Threads;
        try
        {
            CudaNet.Cpu.Threading.WorkerPool.Threads = 1;
            var one = Tensor.Randn([100_003], seed: 3).ToArray<float>();
            CudaNet.Cpu.Threading.WorkerPool.Threads = 3;
            Assert.That(Tensor.Randn([100_003], seed: 3).ToArray<float>(), Is.EqualTo(one));
        }
        finally
        {
            CudaNet.Cpu.Threading.WorkerPool.Threads = threads;
        }
    }
}
