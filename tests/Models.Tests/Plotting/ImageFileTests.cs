using CudaNet.Plotting;

namespace CudaNet.Tests.Plotting;

public sealed class ImageFileTests
{
    [Test]
    public void A_file_becomes_bytes_of_the_asked_size_and_channels()
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-test-");
        try
        {
            // A sheet of one red image; its middle is red whatever lies around it.
            var path = Path.Combine(folder.FullName, "red.png");
            new ImageSheet("", [new SheetImage(Enumerable.Repeat(new byte[] { 200, 0, 0 }, 64 * 64).SelectMany(p => p).ToArray(), 64, 64) { Channels = 3 }], 1, 4).Save(path);
            var colour = ImageFile.Decode(path, 9, 11);
            Assert.That(colour, Has.Length.EqualTo(3 * 9 * 11));
            var middle = 4 * 11 + 5;
            Assert.That((colour[middle], colour[99 + middle], colour[198 + middle]), Is.EqualTo(((byte)200, (byte)0, (byte)0)));
            Assert.That(ImageFile.Decode(path, 9, 11, channels: 1)[middle], Is.EqualTo(60).Within(1), "0.299 · 200");
            File.WriteAllText(path, "no image");
            Assert.That(Assert.Throws<IOException>(() => ImageFile.Decode(path, 4, 4))!.Message, Does.Contain("no image that can be decoded"));
            Assert.Throws<ArgumentOutOfRangeException>(() => ImageFile.Decode(path, 4, 4, channels: 2));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
