using CudaNet.Shared;
using static TorchSharp.torch;

namespace CudaNet.Tests;

public sealed class TorchLoaderTests
{
    [Test]
    public void A_torch_operation_runs()
    {
        using var _ = NewDisposeScope();
        var product = tensor(new float[] { 1, 2, 3, 4 }, [2, 2]).matmul(ones(2, 1));
        Assert.That(product.data<float>().ToArray(), Is.EqualTo(new float[] { 3, 7 }));
    }

    [Test]
    public void A_file_that_is_not_ELF_is_refused()
    {
        var refusal = Assert.Throws<InvalidDataException>(() => WeakVersion.Apply(new byte[100], "symbol", "VERSION_1"));
        Assert.That(refusal!.Message, Does.Contain("ELF"));
    }

    [Test]
    public void A_damaged_ELF_file_is_refused_by_name()
    {
        var image = new byte[64];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(image, 0);
        image[0x28] = 0xff; // the section table lies behind the end
        image[0x3c] = 3;
        var refusal = Assert.Throws<InvalidDataException>(() => WeakVersion.Apply(image, "symbol", "VERSION_1"));
        Assert.That(refusal!.Message, Does.Contain("damaged"));
    }
}
