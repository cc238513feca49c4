using System.Text;
using CudaNet.Nn.Formats.SafeTensors;

namespace CudaNet.Tests.Formats;

public sealed class SafeTensorsWriterTests
{
    private static byte[] Bytes(SafeTensorsWriter writer)
    {
        var stream = new MemoryStream();
        writer.WriteTo(stream);
        return stream.ToArray();
    }

    [Test]
    public void The_bytes_are_those_of_the_reference_implementation()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("attn.0", DType.Float32, [1, 2, 3], new byte[24]);
        byte[] expected = [64, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes("""{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}""".PadRight(64)), .. new byte[24]];
        Assert.That(Bytes(writer), Is.EqualTo(expected));
    }

    [Test]
    public void Wide_types_come_first_then_names_so_that_every_tensor_is_aligned()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("a.half", DType.BFloat16, [3], new byte[6]);
        writer.Add("b.mask", DType.Bool, [1], new byte[1]);
        writer.Add("d.long", DType.Int64, [1], new byte[8]);
        writer.Add("c.long", DType.Int64, [1], new byte[8]);
        writer.Add("e.float", DType.Float32, [1], new byte[4]);
        var file = SafeTensorsFile.Parse(Bytes(writer));
        Assert.Multiple(() =>
        {
            Assert.That(file.Names, Is.EqualTo(new[] { "c.long", "d.long", "e.float", "a.half", "b.mask" }));
            foreach (var tensor in file.Tensors)
                Assert.That(tensor.Begin % tensor.DType!.Value.Size(), Is.Zero, tensor.Name);
            Assert.That(BitConverter.ToInt64(Bytes(writer)) % 8, Is.Zero);
        });
    }

    [Test]
    public void What_is_saved_is_read_again_for_every_type()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        var writer = new SafeTensorsWriter();
        var expected = new Dictionary<string, byte[]>();
        foreach (var type in Enum.GetValues<DType>())
            foreach (long[] shape in new long[][] { [], [0], [7], [2, 3, 5] })
            {
                var data = new byte[shape.Aggregate(1L, (a, b) => a * b) * type.Size()];
                random.NextBytes(data);
                if (type == DType.Bool)
                    data = [.. data.Select(b => (byte)(b & 1))];
                string name = $"{type} \"{shape.Length}\" é 😀 \n{data.Length}";
                writer.Add(name, type, shape, data);
                expected.Add(name, data);
            }
        writer.Metadata["format"] = "pt";
        writer.Metadata["a \"key\""] = "ü\t";
        writer.Save(folder["all.safetensors"]);

        using var file = SafeTensorsFile.Open(folder["all.safetensors"]);
        Assert.Multiple(() =>
        {
            Assert.That(file.Tensors, Has.Count.EqualTo(expected.Count));
            foreach (var (name, data) in expected)
            {
                Assert.That(file.DTypeOf(name).ToString(), Is.EqualTo(name.Split(' ')[0]));
                Assert.That(file.ReadBytes(name), Is.EqualTo(data), name);
            }
            Assert.That(file.Metadata, Is.EquivalentTo(new Dictionary<string, string> { ["format"] = "pt", ["a \"key\""] = "ü\t" }));
        });
    }

    [Test]
    public void The_same_tensors_give_the_same_bytes_in_any_order_of_adding()
    {
        SafeTensorsWriter Make(params string[] names)
        {
            var writer = new SafeTensorsWriter();
            foreach (string name in names)
            {
                writer.Add(name, DType.UInt8, [1], new[] { (byte)name[0] });
                writer.Metadata[name] = name;
            }
            return writer;
        }
        Assert.That(Bytes(Make("a", "b", "c")), Is.EqualTo(Bytes(Make("c", "a", "b"))));
    }

    [Test]
    public void Wrong_tensors_are_refused_when_added()
    {
        var writer = new SafeTensorsWriter();
        writer.Add("a", DType.UInt8, [1], new byte[1]);
        Assert.Multiple(() =>
        {
            Assert.That(() => writer.Add("a", DType.UInt8, [1], new byte[1]), Throws.ArgumentException.With.Message.Contains("there is already a tensor \"a\""));
            Assert.That(() => writer.Add("b", DType.Int32, [2], new byte[7]), Throws.ArgumentException.With.Message.Contains("tensor \"b\" Int32 [2] needs 8 bytes, data has 7"));
            Assert.That(() => writer.Add("b", DType.Int32, [-2], new byte[8]), Throws.ArgumentException.With.Message.Contains("has a negative size"));
            Assert.That(() => writer.Add("__metadata__", DType.UInt8, [1], new byte[1]), Throws.ArgumentException.With.Message.Contains("is reserved"));
            Assert.That(() => writer.Add("a\ud800", DType.UInt8, [1], new byte[1]), Throws.ArgumentException.With.Message.Contains("half of a surrogate pair"));
        });
    }

    [TestCase(3)]
    [TestCase(5)]
    public void A_tensor_that_writes_another_length_than_promised_is_refused_and_no_file_is_left(int bytes)
    {
        using var folder = new TemporaryFolder();
        var writer = new SafeTensorsWriter();
        writer.Add("a", DType.Float32, [1], stream => stream.Write(new byte[bytes]));
        Assert.That(() => writer.Save(folder["a.safetensors"]), Throws.InvalidOperationException.With.Message.Contains($"tensor \"a\" wrote {bytes} bytes, its shape needs 4"));
        Assert.That(folder.Names, Is.Empty);
    }

    [Test]
    public void A_full_disk_keeps_the_earlier_checkpoint()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.safetensors"], "earlier");
        var writer = new SafeTensorsWriter();
        writer.Add("a", DType.Float32, [1], _ => throw new IOException("No space left on device"));
        Assert.That(() => writer.Save(folder["a.safetensors"]), Throws.InstanceOf<IOException>().With.Message.Contains("a.safetensors: cannot be written: No space left on device"));
        Assert.Multiple(() =>
        {
            Assert.That(File.ReadAllText(folder["a.safetensors"]), Is.EqualTo("earlier"));
            Assert.That(folder.Names, Is.EqualTo(new[] { "a.safetensors" }));
        });
    }

    [Test]
    public void A_device_without_space_gives_one_clear_error()
    {
        if (!File.Exists("/dev/full"))
            Assert.Ignore("This system has no /dev/full.");
        var writer = new SafeTensorsWriter();
        writer.Add("a", DType.UInt8, [100_000], new byte[100_000]);
        Assert.That(() => writer.Save("/dev/full"), Throws.InstanceOf<IOException>().With.Message.Contains("/dev/full: cannot be written"));
    }
}
