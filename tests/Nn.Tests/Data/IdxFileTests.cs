using System.Buffers.Binary;
using System.IO.Compression;
using CudaNet.Nn.Data;
using CudaNet.Nn.Formats;

namespace CudaNet.Tests.Data;

public sealed class IdxFileTests
{
    private static byte[] Idx(byte type, int[] shape, byte[] data)
    {
        var bytes = new byte[4 + 4 * shape.Length + data.Length];
        (bytes[2], bytes[3]) = (type, (byte)shape.Length);
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), shape[i]);
        data.CopyTo(bytes, 4 + 4 * shape.Length);
        return bytes;
    }

    private static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Fastest)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static IdxFile Parse(byte[] content) => IdxFile.Read(new MemoryStream(content), "made.idx");

    private static string Refusal(byte[] content) => Assert.Throws<DataFormatException>(() => Parse(content))!.Message;

    private static byte[] Counting(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 37))];

    [Test]
    public void Bytes_are_read_with_their_shape()
    {
        var file = Parse(Idx(0x08, [2, 3], [1, 2, 3, 4, 5, 255]));
        Assert.Multiple(() =>
        {
            Assert.That(file.Type, Is.EqualTo(IdxElementType.UInt8));
            Assert.That(file.Shape, Is.EqualTo(new[] { 2, 3 }));
            Assert.That(file.Data, Is.EqualTo(new byte[] { 1, 2, 3, 4, 5, 255 }));
        });
    }

    [Test]
    public void Wider_elements_are_turned_from_big_endian()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Parse(Idx(0x09, [2], [0xFF, 0x7F])).As<sbyte>().ToArray(), Is.EqualTo(new sbyte[] { -1, 127 }));
            Assert.That(Parse(Idx(0x0B, [2], [0x01, 0x02, 0xFF, 0xFE])).As<short>().ToArray(), Is.EqualTo(new short[] { 0x0102, -2 }));
            Assert.That(Parse(Idx(0x0C, [1], [0x01, 0x02, 0x03, 0x04])).As<int>().ToArray(), Is.EqualTo(new[] { 0x01020304 }));
            Assert.That(Parse(Idx(0x0D, [1], [0x3F, 0xC0, 0, 0])).As<float>().ToArray(), Is.EqualTo(new[] { 1.5f }));
            Assert.That(Parse(Idx(0x0E, [1], [0xBF, 0xF8, 0, 0, 0, 0, 0, 0])).As<double>().ToArray(), Is.EqualTo(new[] { -1.5 }));
        });
    }

    [TestCase(IdxElementType.UInt8, 1)]
    [TestCase(IdxElementType.Int8, 1)]
    [TestCase(IdxElementType.Int16, 2)]
    [TestCase(IdxElementType.Int32, 4)]
    [TestCase(IdxElementType.Float32, 4)]
    [TestCase(IdxElementType.Float64, 8)]
    public void What_is_saved_is_read_again_plain_and_packed(IdxElementType type, int size)
    {
        using var folder = new TemporaryFolder();
        var file = new IdxFile(type, [3, 1, 5], Counting(15 * size));
        foreach (string name in new[] { "a.idx", "a.idx.gz" })
        {
            file.Save(folder[name]);
            var read = IdxFile.Read(folder[name]);
            Assert.That((read.Type, read.Shape, read.Data), Is.EqualTo((file.Type, file.Shape, file.Data)));
        }
        Assert.That(new FileInfo(folder["a.idx"]).Length, Is.EqualTo(16 + 15 * size));
    }

    [Test]
    public void An_array_without_elements_is_read()
    {
        Assert.That(Parse(Idx(0x0D, [0, 28, 28], [])).Data, Is.Empty);
        Assert.That(Parse(Gzip(Idx(0x0D, [int.MaxValue, int.MaxValue, int.MaxValue, 0], []))).Data, Is.Empty);
    }

    [Test]
    public void Elements_are_read_only_as_their_type()
    {
        var file = Parse(Idx(0x0C, [1], [0, 0, 0, 1]));
        Assert.That(() => file.As<float>().Length, Throws.InvalidOperationException.With.Message.Contains("the elements are Int32, not Single. Read them as Int32"));
    }

    [Test]
    public void Data_of_another_length_than_the_shape_is_refused_by_the_constructor()
    {
        Assert.That(() => new IdxFile(IdxElementType.Int16, [2, 2], new byte[7]), Throws.ArgumentException.With.Message.Contains("shape [2, 2] of Int16 needs 8 bytes, data has 7"));
        Assert.That(() => new IdxFile(0, [1], new byte[1]), Throws.ArgumentException);
        Assert.That(() => new IdxFile(IdxElementType.UInt8, [], []), Throws.ArgumentException);
    }

    [Test]
    public void A_stream_that_cannot_seek_is_refused()
    {
        using var packed = new GZipStream(new MemoryStream(Gzip(Idx(0x08, [1], [1]))), CompressionMode.Decompress);
        Assert.That(() => IdxFile.Read(packed, "pipe"), Throws.ArgumentException.With.Message.Contains("cannot seek"));
    }

    [Test]
    public void Another_format_is_refused()
    {
        Assert.That(Refusal([0x89, 0x50, 0x4E, 0x47, 0, 0, 0, 0]), Does.Contain("made.idx: at byte 0: this is no IDX file: it begins with 89 50"));
        Assert.That(Refusal([0, 0, 0x07, 1, 0, 0, 0, 1, 0]), Does.Contain("at byte 2: element type 07 is unknown"));
        Assert.That(Refusal([0, 0, 0x08, 0]), Does.Contain("at byte 3: the rank is 0"));
        Assert.That(Refusal([0, 0, 0x08, 255, 0, 0]), Does.Contain("the rank is 255"));
    }

    [Test]
    public void A_cut_header_is_refused()
    {
        Assert.That(Refusal([]), Does.Contain("at byte 0: the content ends inside of the header"));
        Assert.That(Refusal([0, 0, 8]), Does.Contain("at byte 3: the content ends inside of the header"));
        Assert.That(Refusal([0, 0, 8, 2, 0, 0, 0, 1, 0]), Does.Contain("at byte 9: the content ends inside of the header, which needs 12 bytes"));
    }

    [Test]
    public void Sizes_that_the_file_cannot_hold_are_refused_without_allocating()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(Refusal(Idx(0x08, [60000, 28, 28], new byte[10])), Does.Contain("at byte 16: the header claims 47040000 bytes of elements, the file holds 10"));
        Assert.That(Refusal(Idx(0x08, [3], new byte[4])), Does.Contain("the header claims 3 bytes of elements, the file holds 4"));
        Assert.That(Refusal(Idx(0x08, [-1], new byte[4])), Does.Contain("dimension 0 has the size 4294967295"));
        Assert.That(Refusal(Idx(0x0E, [int.MaxValue, int.MaxValue, int.MaxValue], new byte[4])), Does.Contain("the header claims over 2⁶³ bytes"));
        Assert.That(Refusal(Gzip(Idx(0x08, [int.MaxValue], new byte[4]))), Does.Contain("more than 32 times as much"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(1 << 20));
    }

    [Test]
    public void A_packed_file_with_too_little_or_too_much_is_refused()
    {
        Assert.That(Refusal(Gzip(Idx(0x08, [100], new byte[99]))), Does.Contain("the content ends after 99 of 100 bytes"));
        Assert.That(Refusal(Gzip(Idx(0x08, [100], new byte[101]))), Does.Contain("content goes on beyond the 100 bytes"));
    }

    [Test]
    public void A_gzip_bomb_is_refused_in_little_memory()
    {
        // 200 MB of zeros in 200 kB, once announced and once not.
        byte[] announced = Gzip(Idx(0x08, [200_000_000], new byte[200_000_000]));
        byte[] silent = Gzip(Idx(0x08, [784], new byte[200_000_000]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(Refusal(announced), Does.Contain("If the file is trusted, unpack it with gunzip first"));
        Assert.That(Refusal(silent), Does.Contain("content goes on beyond the 784 bytes"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(2L * announced.Length + (1 << 20)));
    }

    [Test]
    public void A_gzip_file_cut_off_anywhere_is_refused()
    {
        byte[] packed = Gzip(Idx(0x08, [1000], Counting(1000)));
        for (int length = 2; length < packed.Length; length++)
            Assert.That(() => Parse(packed[..length]), Throws.TypeOf<DataFormatException>(), $"cut to {length} of {packed.Length}");
    }

    [Test]
    public void A_gzip_file_with_a_wrong_checksum_is_refused()
    {
        byte[] packed = Gzip(Idx(0x08, [1000], Counting(1000)));
        packed[^5] ^= 1;
        Assert.That(Refusal(packed), Does.Contain("the gzip data is damaged or cut off"));
    }

    [Test]
    public void Damaged_plain_files_are_accepted_or_refused_by_name_in_bounded_memory()
    {
        byte[][] originals = [Idx(0x08, [3, 28, 28], Counting(3 * 784)), Idx(0x08, [40], Counting(40)), Idx(0x0D, [4, 3], Counting(48)), Idx(0x0B, [2, 2, 2, 2], Counting(32))];
        Mutations.Run(100_000, random => Mutations.Damage(originals[random.Next(originals.Length)], random), file => Parse(file), extraBytes: 16_384);
    }

    [Test]
    public void Damaged_gzip_files_are_accepted_or_refused_by_name_in_bounded_memory()
    {
        byte[][] originals = [Idx(0x08, [3, 28, 28], Counting(3 * 784)), Idx(0x08, [40], Counting(40)), Idx(0x0D, [4, 3], Counting(48))];
        byte[][] packed = [.. originals.Select(original => Gzip(original))];
        // Half of them are damaged outside of the packing, half inside.
        Mutations.Run(100_000, random =>
        {
            int which = random.Next(originals.Length);
            return random.Next(2) == 0 ? Mutations.Damage(packed[which], random) : Gzip(Mutations.Damage(originals[which], random));
        }, file => Parse(file), extraBytes: 65_536);
    }
}
