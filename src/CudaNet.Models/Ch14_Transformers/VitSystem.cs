using CudaNet.Models.Systems;
using CudaNet.Models.Transformers;
using CudaNet.Nn;
using CudaNet.Nn.Data;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;

namespace CudaNet.Models.Ch14_Transformers;

/// <summary>Section 14.13.4.</summary>
internal sealed class VitSystem() : CourseSystem("14.vit", "Vision Transformer", "Patches of an image are tokens with positions; an encoder and a first token classify it.")
{
    public override void Run(SystemContext context)
    {
        var (_, epochs, accuracy) = Train(context);
        context.Out.WriteLine($"{accuracy:P1} of the test images are right");
        context.Draw("vit.png", Pictures.Curves("A small vision transformer on digits", "loss", true, ("training", [.. epochs.Select(e => e.TrainLoss)])));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.Equal("parameters of ViT-B/16", Model.FromShapes(() => new Vit(VitConfig.B16)).ParameterCount, 86_567_656);
        yield return Figure.Equal("parameters of ViT-L/16", Model.FromShapes(() => new Vit(VitConfig.L16)).ParameterCount, 304_326_632);
        var random = context.Random(1);
        var conv = new Conv2d(3, 10, 4, stride: 4, random: random);
        var x = random.Normal([2, 3, 8, 12]).Realize();
        var patches = x.Reshape(2, 3, 2, 4, 3, 4).Permute(0, 2, 4, 1, 3, 5).Reshape(2, 6, 48);
        yield return Figure.AtMost("patches by a convolution minus cut and multiplied", Differences.Largest(conv.Forward(x).Flatten(2).Transpose(1, 2), Linear.Apply(patches, conv.Weight.Value.Reshape(10, 48), conv.Bias?.Value)), 1e-5);
        yield return Figure.AtLeast("test accuracy", Train(context).Accuracy, 0.95);
    }

    private static (Vit Model, IReadOnlyList<EpochResult> Epochs, double Accuracy) Train(SystemContext context)
    {
        var data = Nn.Data.Mnist.Load(context.Data);
        var model = new Vit(new(28, 7, 1, 10, 3, 64, 4, 128), context.Random());
        var epochs = context.Pick(20, 14);
        var loader = new DataLoader(new ImageDataset(data.Train, new ImageAugmentation(RandomMaps.Shift(1))), 64, shuffle: true, seed: context.Seed);
        var result = new Trainer(model, new AdamW(model.Parameters(), 2e-3, weightDecay: 0.05)) { Schedule = new CosineSchedule((long)epochs * loader.BatchCount, 100, 0.01) }.Fit(loader, epochs: epochs);
        var test = new ImageDataset(data.Test).All();
        return (model, result.Epochs, Learn.Accuracy(model, test.Inputs, test.Targets));
    }
}
