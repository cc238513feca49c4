using System.Text;
using CudaNet.Nn.Formats;

namespace CudaNet.Tests.Formats;

public sealed class NpyFileTests
{
    private static byte[] Made(string header, params byte[] data) =>
        [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. Encoding.Latin1.GetBytes(header), .. data];

    [Test]
    public void What_is_written_is_read([Values] DType type)
    {
        if (type == DType.BFloat16)
            return;
        using var folder = new TemporaryFolder();
        foreach (Shape shape in new Shape[] { [], [3], [2, 3], [2, 0, 4], [1, 2, 3, 4] })
        {
            var tensor = (Tensor.Rand(shape, seed: 1) * 3).To(type);
            NpyFile.Write(folder["t.npy"], tensor);
            var read = NpyFile.Read(folder["t.npy"]);
            Assert.That((read.DType, read.Shape), Is.EqualTo((type, shape)));
            Assert.That(read.ToDoubles(), Is.EqualTo(tensor.ToDoubles()));
            Assert.That(File.ReadAllBytes(folder["t.npy"]).Length % 64, Is.EqualTo(tensor.ElementCount * type.Size() % 64), "data begin at a multiple of 64");
        }
    }

    [Test]
    public void What_NumPy_writes_is_read()
    {
        var read = NpyFile.Parse(Made("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 1), }          \n", 1, 0, 0, 0, 255, 255, 255, 255));
        Assert.That(read.ToArray<int>(), Is.EqualTo(new[] { 1, -1 }));
        Assert.That(read.Shape, Is.EqualTo(new Shape(2, 1)));
    }

    [Test]
    public void What_cannot_be_read_is_refused_with_its_reason()
    {
        string Refusal(byte[] content) => Assert.Throws<DataFormatException>(() => NpyFile.Parse(content))!.Message;
        Assert.Multiple(() =>
        {
            Assert.That(Refusal([1, 2, 3]), Does.Contain("does not begin"));
            Assert.That(Refusal([0x93, .. "NUMPY"u8, 1, 0]), Does.Contain("ends within"));
            Assert.That(Refusal(Made("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 0, 0, 0, 0)), Does.Contain(">f4"));
            Assert.That(Refusal(Made("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }", 0, 0, 0, 0)), Does.Contain("Fortran"));
            Assert.That(Refusal(Made("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999, 9999999999999), }", 0, 0, 0, 0)), Does.Contain("beyond counting"));
            Assert.That(Refusal(Made("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 0, 0, 0, 0)), Does.Contain("4 bytes"));
            Assert.That(Refusal(Made("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", 2)), Does.Contain("neither 0 nor 1"));
            Assert.That(() => NpyFile.Write("/tmp/none.npy", Tensor.Ones([1], DType.BFloat16)), Throws.TypeOf<DTypeException>());
        });
    }

    [Test]
    public void Damaged_files_are_accepted_or_refused_and_cost_little()
    {
        byte[] content = Made("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n", new byte[24]);
        // The expression that reads the header remembers where it was.
        Mutations.Run(Mutations.Files(100_000), random => Mutations.Damage(content, random), file => NpyFile.Parse(file), extraBytes: 200_000);
    }
}
