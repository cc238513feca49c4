using CudaNet.Models.Systems;
using CudaNet.Nn.Data;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>Section 2.2: the data set of handwritten digits, and how an epoch goes through it.</summary>
internal sealed class MnistDataSystem() : CourseSystem("02.mnist-data", "The MNIST data set and its loader",
    "60,000 training and 10,000 test images of 28 × 28 grey pixels show the digits 0 to 9.")
{
    public override void Run(SystemContext context)
    {
        var data = Nn.Data.Mnist.Load(context.Data);
        context.Out.WriteLine($"{data.Source.Name}: {data.Train.Count:N0} training and {data.Test.Count:N0} test images of {data.Train.Height}×{data.Train.Width} in {data.Source.Folder}");
        context.Draw("mnist-data.png", new ImageSheet(data.Source.Name, [.. Enumerable.Range(0, 20).Select(i => new SheetImage(data.Train.Image(i).ToArray(), 28, 28, data.ClassNames[data.Train.Labels[i]]))]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var data = Nn.Data.Mnist.Load(context.Data);
        // The digits that are shipped are 10,000 of the 70,000.
        var shipped = context.Data is null;
        yield return Figure.Equal("training images", data.Train.Count, shipped ? 9_000 : 60_000);
        yield return Figure.Equal("test images", data.Test.Count, shipped ? 1_000 : 10_000);
        yield return Figure.Equal("pixels of an image", data.Train.Height * data.Train.Width, 28 * 28);
        yield return Figure.Equal("classes that occur", data.Train.Labels.Distinct().Count(), 10);
        yield return Figure.AtMost("greatest label", data.Train.Labels.Max(), 9);
        DataLoader Loader() => new(new ImageDataset(data.Train), 128, shuffle: true, seed: context.Seed);
        int[] Visited(int epoch) => [.. Loader().Epoch(epoch).SelectMany(batch => batch.Indices)];
        int[] first = Visited(0), again = Visited(0), second = Visited(1);
        yield return Figure.Equal("samples that an epoch visits once", first.Distinct().Count(), data.Train.Count);
        yield return Figure.Equal("samples that an epoch visits", first.Length, data.Train.Count);
        yield return Figure.Holds("the same seed gives the same order, another epoch another one", first.SequenceEqual(again) && !first.SequenceEqual(second));
    }
}
