using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9: the data set's binary form; the data itself is not shipped.</summary>
internal sealed class CifarReader() : CourseSystem("09.cifar-10", "CIFAR-10: records of 3,073 bytes", "Images of 32 × 32 × 3.")
{
    public override void Run(SystemContext context)
    {
        var images = Read(context);
        context.Draw("cifar-10.png", new ImageSheet("A generated file in the form of CIFAR-10", [.. Enumerable.Range(0, 10).Select(i => new SheetImage(Interleaved(images.Image(i)), 32, 32, Cifar10.ClassNames[images.Labels[i]]) { Channels = 3 })]));
        foreach (var figure in Check(context)) context.Out.WriteLine(figure);
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var images = Read(context);
        yield return Figure.Equal("images", images.Count, 10);
        yield return Figure.Equal("bytes of a record", images.ImageSize + 1, 3_073);
        var batch = new ImageDataset(images).All();
        yield return Figure.Holds("a batch is [10, 3, 32, 32]", batch.Inputs.Shape == new Shape(10, 3, 32, 32));
        yield return Figure.Equal("greatest difference from what was written", Enumerable.Range(0, 10).Max(i => Enumerable.Range(0, 3072).Max(p => Math.Abs(images.Image(i)[p] - Byte(i, p)))), 0);
        yield return Figure.Equal("labels that differ", images.Labels.Select((label, i) => label == i ? 0 : 1).Sum(), 0);
    }

    private static byte Byte(int image, int p) => (byte)(p / 1024 * 80 + (p / 32 % 32 * (image + 1) + p % 32 * 3) % 90);

    private static LabelledImages Read(SystemContext context)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cudanet-{Guid.NewGuid():N}.bin");
        try
        {
            System.IO.File.WriteAllBytes(path, [.. Enumerable.Range(0, 10).SelectMany(i => Enumerable.Range(0, 3072).Select(p => Byte(i, p)).Prepend((byte)i))]);
            return Cifar10.Read(path);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }

    private static byte[] Interleaved(ReadOnlySpan<byte> planes)
    {
        var result = new byte[3072];
        for (var p = 0; p < 3072; p++) result[p % 1024 * 3 + p / 1024] = planes[p];
        return result;
    }
}
