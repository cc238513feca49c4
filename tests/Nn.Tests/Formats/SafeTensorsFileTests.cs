using System.Buffers.Binary;
using System.Text;
using CudaNet.Nn.Formats;
using CudaNet.Nn.Formats.SafeTensors;

namespace CudaNet.Tests.Formats;

public sealed class SafeTensorsFileTests
{
    private static byte[] Made(string header, int dataBytes) => Made(Encoding.UTF8.GetBytes(header), new byte[dataBytes]);

    private static byte[] Made(byte[] header, byte[] data)
    {
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        header.CopyTo(bytes, 8);
        data.CopyTo(bytes, 8 + header.Length);
        return bytes;
    }

    private static SafeTensorsFile Parse(byte[] content) => SafeTensorsFile.Parse(content, "made.safetensors");

    private static string Refusal(byte[] content) => Assert.Throws<DataFormatException>(() => Parse(content))!.Message;

    private static string Refusal(string header, int dataBytes = 0) => Refusal(Made(header, dataBytes));

    [Test]
    public void The_example_of_the_reference_implementation_is_read()
    {
        var file = Parse(Made("""{"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}""", 16));
        var info = file["test"];
        Assert.Multiple(() =>
        {
            Assert.That(file.Names, Is.EqualTo(new[] { "test" }));
            Assert.That((info.TypeName, info.DType, info.Begin, info.End, info.Count), Is.EqualTo(("I32", (DType?)DType.Int32, 0L, 16L, 4L)));
            Assert.That(info.Shape, Is.EqualTo(new[] { 2L, 2L }));
            Assert.That(file.ReadBytes("test"), Is.EqualTo(new byte[16]));
            Assert.That(file.Metadata, Is.Empty);
        });
    }

    [Test]
    public void Tensors_come_in_the_order_of_their_data_whatever_the_order_of_the_header()
    {
        var file = Parse(Made(Encoding.UTF8.GetBytes("""
            {"b":{"data_offsets":[2,3],"shape":[],"dtype":"U8"}, "__metadata__":{"format":"pt"},
             "empty":{"dtype":"F32","shape":[0,7],"data_offsets":[2,2]},
             "\u0061":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"unknown":{"x":[1,{}]}}}   
            """), [7, 8, 9]));
        Assert.Multiple(() =>
        {
            Assert.That(file.Names, Is.EqualTo(new[] { "a", "empty", "b" }));
            Assert.That(file.Metadata["format"], Is.EqualTo("pt"));
            Assert.That(file.ReadBytes("a"), Is.EqualTo(new byte[] { 7, 8 }));
            Assert.That(file.ReadBytes("b"), Is.EqualTo(new byte[] { 9 }));
            Assert.That(file.ReadBytes("empty"), Is.Empty);
        });
    }

    [Test]
    public void A_file_without_tensors_is_read() => Assert.That(Parse(Made("{}", 0)).Tensors, Is.Empty);

    [Test]
    public void Types_that_the_engine_has_not_are_shown_with_their_bytes_and_refused_as_tensors()
    {
        var file = Parse(Made("""{"q":{"dtype":"I16","shape":[2],"data_offsets":[0,4]},"p":{"dtype":"F4","shape":[4],"data_offsets":[4,6]}}""", 6));
        Assert.Multiple(() =>
        {
            Assert.That(file["q"].DType, Is.Null);
            Assert.That(file.ReadBytes("q"), Has.Length.EqualTo(4));
            Assert.That(file.ReadBytes("p"), Has.Length.EqualTo(2));
            Assert.That(() => file.DTypeOf("q"), Throws.TypeOf<DTypeException>().With.Message.Contains("made.safetensors: tensor \"q\" has the element type I16, which the engine has not. Convert it to"));
        });
    }

    [Test]
    public void Part_of_a_tensor_is_read_and_nothing_beyond_it()
    {
        var file = Parse(Made(Encoding.UTF8.GetBytes("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}"""), [1, 2, 3, 4, 5]));
        var two = new byte[2];
        file.ReadBytes("a", 2, two);
        Assert.Multiple(() =>
        {
            Assert.That(two, Is.EqualTo(new byte[] { 3, 4 }));
            Assert.That(() => file.ReadBytes("a", 3, two), Throws.ArgumentException.With.Message.Contains("has 4 bytes; 2 at byte 3 are beyond it"));
            Assert.That(() => file.ReadBytes("a", -1, two), Throws.ArgumentException);
            Assert.That(() => file.ReadBytes("a", two), Throws.ArgumentException.With.Message.Contains("tensor \"a\" U8 [4] has 4 bytes, the destination 2"));
        });
    }

    [Test]
    public void An_unknown_name_is_refused_with_those_that_there_are()
    {
        var file = Parse(Made("""{"weight":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0));
        Assert.That(file.Contains("bias"), Is.False);
        Assert.That(() => file["bias"], Throws.TypeOf<KeyNotFoundException>().With.Message.EqualTo("made.safetensors: there is no tensor \"bias\". The file holds 1: weight."));
    }

    [Test]
    public void A_truth_value_other_than_0_and_1_is_refused()
    {
        byte[] header = Encoding.UTF8.GetBytes("""{"m":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""");
        Assert.That(Parse(Made(header, [0, 1, 1])).ReadBytes("m"), Is.EqualTo(new byte[] { 0, 1, 1 }));
        Assert.That(() => Parse(Made(header, [0, 1, 2])).ReadBytes("m"), Throws.TypeOf<DataFormatException>().With.Message.Contains($"at byte {8 + header.Length + 2}: a BOOL of tensor \"m\" is 2, not 0 or 1"));
    }

    [Test]
    public void Files_that_are_no_safetensors_are_refused()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Refusal([]), Does.Contain("made.safetensors: at byte 0: the file ends before the 8 bytes of the header's length. Give a whole safetensors file."));
            Assert.That(Refusal([1, 2, 3]), Does.Contain("at byte 3"));
            Assert.That(Refusal(Encoding.ASCII.GetBytes("PK\x03\x04 this is a zip")), Does.Contain("more than the 100000000 that the format allows"));
            Assert.That(Refusal([100, 0, 0, 0, 0, 0, 0, 0, (byte)'{']), Does.Contain("the header claims 100 bytes, the file has 1 after its length. The file is cut off"));
            Assert.That(Refusal(""), Does.Contain("the header does not begin with {"));
            Assert.That(Refusal(" {}"), Does.Contain("the header does not begin with {"));
        });
    }

    [TestCase("{", "the header is no correct JSON")]
    [TestCase("{}x", "the header is no correct JSON")]
    [TestCase("{} {}", "the header is no correct JSON")]
    [TestCase("""{"a":1}""", "tensor \"a\" is not an object")]
    [TestCase("""{"a":{}}""", "tensor \"a\" lacks dtype")]
    [TestCase("""{"a":{"dtype":"U8"}}""", "tensor \"a\" lacks shape")]
    [TestCase("""{"a":{"dtype":"U8","shape":[0]}}""", "tensor \"a\" lacks data_offsets")]
    [TestCase("""{"a":{"dtype":8}}""", "the dtype of tensor \"a\" is not a text")]
    [TestCase("""{"a":{"dtype":"float32"}}""", "tensor \"a\" has the unknown element type \"float32\". The format has BOOL, ")]
    [TestCase("""{"a":{"shape":4}}""", "the shape of tensor \"a\" is not an array of numbers")]
    [TestCase("""{"a":{"shape":[-1]}}""", "the shape of tensor \"a\" holds something that is no whole number")]
    [TestCase("""{"a":{"shape":[1.0]}}""", "holds something that is no whole number")]
    [TestCase("""{"a":{"shape":[9223372036854775808]}}""", "holds something that is no whole number")]
    [TestCase("""{"a":{"shape":["1"]}}""", "holds something that is no whole number")]
    [TestCase("""{"a":{"shape":[],"shape":[]}}""", "tensor \"a\" has shape twice")]
    [TestCase("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}}""", "data_offsets of tensor \"a\" are [0], not [begin, end]")]
    [TestCase("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[1,0]}}""", "data_offsets of tensor \"a\" are [1, 0], not [begin, end]")]
    [TestCase("""{"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}}""", "tensor \"a\" ends at byte 5 of the data, the file holds 4. The file is cut off")]
    [TestCase("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "tensor \"a\" F32 [2] needs 8 bytes, data_offsets give 4")]
    [TestCase("""{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}""", "tensor \"a\" F4 [7] needs 3.5 bytes, data_offsets give 4")]
    [TestCase("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", "the shape [4294967296, 4294967296] of tensor \"a\" is beyond counting")]
    [TestCase("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "1 bytes of data before tensor \"b\" belong to no tensor")]
    [TestCase("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}""", "the data of tensor \"b\" overlaps that of tensor \"a\"")]
    [TestCase("""{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}""", "the last 1 bytes of the file belong to no tensor")]
    [TestCase("{}", "the last 4 bytes of the file belong to no tensor")]
    [TestCase("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", "the name \"a\" occurs twice")]
    [TestCase("""{"__metadata__":3}""", "__metadata__ is not an object of texts")]
    [TestCase("""{"__metadata__":{"step":3}}""", "__metadata__ \"step\" is not a text")]
    [TestCase("""{"__metadata__":{"a":"","a":""}}""", "the key \"a\" of __metadata__ occurs twice")]
    [TestCase("""{"__metadata__":{},"__metadata__":{}}""", "__metadata__ occurs twice")]
    [TestCase("""{"\ud800":{}}""", "an escape that is no character")]
    [TestCase("""{"a":{"\ud800":1}}""", "an escape that is no character")]
    public void A_faulty_header_is_refused_by_name(string header, string message) => Assert.That(Refusal(header, 4), Does.Contain(message));

    [Test]
    public void A_header_that_is_not_UTF8_is_refused() =>
        Assert.That(Refusal(Made([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)'}'], [])), Does.Contain("the header is not UTF-8"));

    [Test]
    public void A_long_damaged_name_does_not_fill_the_message() =>
        Assert.That(Refusal($"{{\"{new string('x', 100_000)}\":1}}"), Has.Length.LessThan(400));

    [Test]
    public void A_shape_of_thousands_of_numbers_is_refused() =>
        Assert.That(Refusal($"{{\"a\":{{\"shape\":[1{string.Concat(Enumerable.Repeat(",1", 5000))}]}}}}"), Does.Contain("has more than 64 numbers"));

    [Test]
    public void A_deeply_nested_header_is_refused() =>
        Assert.That(Refusal("{\"a\":{\"x\":" + new string('[', 100_000)), Does.Contain("the header is no correct JSON"));

    [Test]
    public void A_file_on_disk_is_read_and_can_be_replaced_meanwhile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.safetensors"], Made(Encoding.UTF8.GetBytes("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"""), [5, 6]));
        using var file = SafeTensorsFile.Open(folder["a.safetensors"]);
        var writer = new SafeTensorsWriter();
        writer.Add("new", DType.UInt8, [1], new byte[] { 1 });
        writer.Save(folder["a.safetensors"]);
        Assert.That(file.ReadBytes("a"), Is.EqualTo(new byte[] { 5, 6 }));
        using var replaced = SafeTensorsFile.Open(folder["a.safetensors"]);
        Assert.That(replaced.ReadBytes("new"), Is.EqualTo(new byte[] { 1 }));
    }

    [Test]
    public void A_file_cut_off_while_open_gives_an_error_and_no_crash()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.safetensors"], Made("""{"a":{"dtype":"U8","shape":[20000],"data_offsets":[0,20000]}}""", 20000));
        using var file = SafeTensorsFile.Open(folder["a.safetensors"]);
        using (var handle = new FileStream(folder["a.safetensors"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            handle.SetLength(5000);
        Assert.That(() => file.ReadBytes("a"), Throws.TypeOf<DataFormatException>().With.Message.Contains("at byte 5000: the file became shorter after it was opened"));
    }

    [Test]
    public void A_refused_file_is_closed_again()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.safetensors"], [1]);
        Assert.That(() => SafeTensorsFile.Open(folder["a.safetensors"]), Throws.TypeOf<DataFormatException>().With.Message.StartsWith(folder["a.safetensors"] + ": at byte 1:"));
        Assert.That(() => File.Open(folder["a.safetensors"], FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Throws.Nothing);
    }

    [Test]
    public void Damaged_files_are_accepted_or_refused_by_name_in_bounded_memory()
    {
        byte[][] headers =
        [
            Encoding.UTF8.GetBytes("""{"__metadata__":{"format":"pt","\ud83d\ude00":"é"},"layers.0.weight":{"dtype":"F32","shape":[4,3],"data_offsets":[0,48]},"layers.0.bias":{"dtype":"F32","shape":[4],"data_offsets":[48,64]},"mask":{"dtype":"BOOL","shape":[8],"data_offsets":[64,72]}}"""),
            Encoding.UTF8.GetBytes("""{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[0],"data_offsets":[8,8]}}      """),
        ];
        byte[][] data = [new byte[72], new byte[8]];
        // Half of them keep a right header length, so that the damage reaches the JSON.
        Mutations.Run(100_000, random =>
        {
            int which = random.Next(headers.Length);
            return random.Next(2) == 0 ? Mutations.Damage(Made(headers[which], data[which]), random) : Made(Mutations.Damage(headers[which], random), data[which]);
        }, content =>
        {
            using var file = SafeTensorsFile.Parse(content);
            Span<byte> buffer = stackalloc byte[128];
            foreach (var tensor in file.Tensors)
                file.ReadBytes(tensor.Name, buffer[..(int)tensor.ByteLength]);
        }, extraBytes: 16_384);
    }
}
