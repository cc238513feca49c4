using System.Buffers.Binary;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Formats.Gguf;

namespace CudaNet.Tests.Formats;

public sealed class GgufFileTests
{
    private static byte[] Bytes(GgufWriter writer)
    {
        using var stream = new MemoryStream();
        writer.WriteTo(stream);
        return stream.ToArray();
    }

    private static GgufWriter Small()
    {
        var writer = new GgufWriter
        {
            Metadata =
            {
                ["general.architecture"] = "llama", ["llama.block_count"] = 2u, ["tokenizer.ggml.tokens"] = new[] { "<s>", "", "é" }, ["x.scores"] = new[] { 0.5f, -1 }, ["x.ids"] = new[] { 1, 2 },
                ["x.flag"] = true, ["x.long"] = -5L, ["x.double"] = 0.1, ["x.int"] = -3, ["x.float"] = 2.5f,
            },
        };
        writer.Add("a.weight", Tensor.Arange(0.0, 6.0, 1.0).Reshape([2, 3]));
        writer.Add("b", Tensor.From(7L));
        writer.Add("c", Tensor.Rand([3, 64], seed: 1) - 0.5, GgufType.Q8_0);
        writer.Add("d", Tensor.Rand([1, 32], seed: 2) - 0.5, GgufType.Q4_0);
        writer.Add("e", Tensor.From(1f, -2f), GgufType.F16);
        return writer;
    }

    [Test]
    public void What_is_written_is_read()
    {
        using var folder = new TemporaryFolder();
        Small().Save(folder["m.gguf"]);
        using var file = GgufFile.Open(folder["m.gguf"]);
        var all = file.ReadAll();
        Assert.Multiple(() =>
        {
            Assert.That(file.Version, Is.EqualTo(3));
            Assert.That(file.Metadata["general.architecture"], Is.EqualTo("llama"));
            Assert.That(file.Metadata["llama.block_count"], Is.EqualTo(2u));
            Assert.That(file.Metadata["tokenizer.ggml.tokens"], Is.EqualTo(new[] { "<s>", "", "é" }));
            Assert.That(file.Metadata["x.scores"], Is.EqualTo(new[] { 0.5f, -1 }));
            Assert.That(file.Metadata["x.ids"], Is.EqualTo(new[] { 1, 2 }));
            Assert.That((file.Metadata["x.flag"], file.Metadata["x.long"], file.Metadata["x.double"], file.Metadata["x.int"], file.Metadata["x.float"]), Is.EqualTo((true, -5L, 0.1, -3, 2.5f)));
            Assert.That(file.Tensors.Select(info => info.Name), Is.EqualTo(new[] { "a.weight", "b", "c", "d", "e" }));
            Assert.That(all["a.weight"].Shape, Is.EqualTo(new Shape(2, 3)));
            Assert.That(all["a.weight"].ToArray<float>(), Is.EqualTo(new[] { 0f, 1, 2, 3, 4, 5 }));
            Assert.That(all["b"].ToArray<long>(), Is.EqualTo(new[] { 7L }));
            Assert.That(all["e"].DType, Is.EqualTo(DType.Float16));
        });
    }

    [TestCase(GgufType.Q8_0, 127.0)]
    [TestCase(GgufType.Q4_0, 8.0)]
    public void Quantised_numbers_are_within_half_a_step(GgufType type, double steps)
    {
        var x = Tensor.Randn([5, 96], seed: 3);
        var writer = new GgufWriter();
        writer.Add("x", x, type);
        float[] exact = x.ToArray<float>(), read = GgufFile.Parse(Bytes(writer)).Read("x").ToArray<float>();
        for (int block = 0; block < exact.Length; block += 32)
        {
            double step = exact.AsSpan(block, 32).ToArray().Max(Math.Abs) / steps;
            for (int k = block; k < block + 32; k++)
                // Scales are halves, and four bits end at 7: the other end is cut.
                Assert.That(read[k], Is.EqualTo(exact[k]).Within(step * (type == GgufType.Q4_0 ? 1.01 : 0.57)));
        }
    }

    [Test]
    public void Blocks_are_read_as_ggml_lays_them_out()
    {
        var random = new Random(4);
        float d = (float)(Half)0.125f, m = (float)(Half)0.5f;
        // A value of each part is worked out by hand from the bits that were put there.
        byte[] q41 = new byte[20];
        BinaryPrimitives.WriteHalfLittleEndian(q41, (Half)d);
        BinaryPrimitives.WriteHalfLittleEndian(q41.AsSpan(2), (Half)m);
        (q41[4], q41[19]) = (0x3A, 0xF1);
        var four = Dequantised(GgufType.Q4_1, q41);

        byte[] q4k = new byte[144];
        random.NextBytes(q4k);
        BinaryPrimitives.WriteHalfLittleEndian(q4k, (Half)d);
        BinaryPrimitives.WriteHalfLittleEndian(q4k.AsSpan(2), (Half)m);
        // Part 1: scale and minimum are the low six bits of bytes 1 and 5; part 6 has four bits in byte 10 and the tops of bytes 2 and 6.
        (q4k[4 + 1], q4k[4 + 5], q4k[4 + 10], q4k[4 + 2], q4k[4 + 6]) = (0b01_010101, 0b11_000111, 0x9C, 0b10_000000, 0b01_000000);
        (q4k[16 + 3], q4k[16 + 3 * 32 + 5]) = (0xB2, 0x47);
        var k4 = Dequantised(GgufType.Q4_K, q4k);

        byte[] q6k = new byte[210];
        BinaryPrimitives.WriteHalfLittleEndian(q6k.AsSpan(208), (Half)d);
        // Element 128 + 2·32 + 17 of the second half: high nibble of byte 64 + 17, bits 4 and 5 of byte 32 + 17 of the tops, scale 8 + 1 + 4.
        (q6k[64 + 17], q6k[128 + 32 + 17], q6k[192 + 8 + 1 + 4]) = (0xD0, 0b00_10_00_00, 0xFD);
        var k6 = Dequantised(GgufType.Q6_K, q6k);
        Assert.Multiple(() =>
        {
            Assert.That((four[0], four[16], four[15], four[31]), Is.EqualTo((d * 10 + m, d * 3 + m, d * 1 + m, d * 15 + m)));
            Assert.That(k4[32 + 3], Is.EqualTo(d * 21 * 0xB - m * 7), "part 1, element 3");
            Assert.That(k4[6 * 32 + 5], Is.EqualTo(d * (0xC + 32) * 7 - m * (9 + 16)), "part 6, element 5");
            Assert.That(k6[128 + 64 + 17], Is.EqualTo(d * -3 * (0xD + 32 - 32)), "second half, third quarter, element 17");
            Assert.That(k6[0], Is.Zero, "scale 0");
        });
    }

    private static float[] Dequantised(GgufType type, byte[] block)
    {
        float[] values = new float[GgufBlocks.Of(type).Elements];
        GgufBlocks.Dequantise(type, block, values);
        return values;
    }

    [Test]
    public void What_cannot_be_read_or_written_is_refused_with_its_reason()
    {
        byte[] good = Bytes(Small());
        string Refusal(byte[] content) => Assert.Throws<DataFormatException>(() => GgufFile.Parse(content))!.Message;
        byte[] Changed(int at, params byte[] bytes)
        {
            byte[] copy = [.. good];
            bytes.CopyTo(copy, at);
            return copy;
        }
        using var file = GgufFile.Parse(good);
        Assert.Multiple(() =>
        {
            Assert.That(Refusal([1, 2, 3]), Does.Contain("does not begin"));
            Assert.That(Refusal(Changed(4, 9)), Does.Contain("version 9"));
            Assert.That(Refusal(Changed(8, 255, 255, 255, 255, 255, 255, 255, 127)), Does.Contain("tensors"));
            Assert.That(Refusal(good[..^40]), Does.Contain("cut off"));
            Assert.That(Refusal(good[..100]), Does.Contain("fetch it again"));
            Assert.That(() => file.Read("none"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("a.weight"));
            Assert.That(() => new GgufWriter().Add("x", Tensor.Ones([33]), GgufType.Q8_0), Throws.TypeOf<ShapeException>().With.Message.Contains("32"));
            Assert.That(() => new GgufWriter().Add("x", Tensor.Ones([256]), GgufType.Q4_K), Throws.TypeOf<DTypeException>().With.Message.Contains("Q4_K"));
            Assert.That(() => new GgufWriter().Add("x", Tensor.Ones([2], DType.Bool)), Throws.TypeOf<DTypeException>());
        });
    }

    [Test]
    public void Damaged_files_are_accepted_or_refused_and_cost_little()
    {
        byte[] content = Bytes(Small());
        // Four bits become a float, and the table of the memory pool grows now and then.
        Mutations.Run(Mutations.Files(100_000), random => Mutations.Damage(content, random), bytes =>
        {
            using var file = GgufFile.Parse(bytes);
            foreach (var info in file.Tensors)
                file.Read(info.Name);
        }, extraBytes: 2_000_000);
    }
}
