using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Nn.Schedules;
using CudaNet.Nn.Training;
using CudaNet.Plotting;

namespace CudaNet.Models.Ch09_Convolution;

/// <summary>Section 9, cited: LeNet-5 with a fully connected third layer (LeCun and others 1998).</summary>
internal sealed class LeNet() : CourseSystem("09.lenet", "LeNet-5 on digits", "LeNet-5 is cited.")
{
    public override void Run(SystemContext context)
    {
        var net = Net(context);
        context.Out.WriteLine(ModelSummary.Of(net, [1, 1, 28, 28]));
        var digits = Digits.Load(context, context.Pick(9000, 2000));
        context.Out.WriteLine($"test accuracy {Train(context, net, digits):P1}");
        var x = digits.TestX.Narrow(0, 0, 1);
        var maps = net[1].Forward(net[0].Forward(x));
        context.Draw("lenet.png", new ImageSheet("The six maps of its first layer", [Pictures.Grey(x.Squeeze(), "input"), .. Enumerable.Range(0, 6).Select(k => Pictures.Grey(maps.Select(0, 0).Select(0, k)))], 7, 4));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var net = Net(context);
        yield return Figure.Equal("parameters", net.ParameterCount, 61_706);
        // The page's 98.5 % is for the 60,000 images of MNIST; the 9,000 that are shipped are reported.
        var digits = Digits.Load(context, context.Pick(9000, 2000));
        var accuracy = Train(context, net, digits);
        yield return digits.TrainX.Shape[0] >= 60_000 ? Figure.AtLeast("test accuracy", accuracy, 0.985) : Figure.Report("test accuracy of 9,000 images or fewer", accuracy);
        yield return Figure.AtLeast("test accuracy, far above chance", accuracy, context.Quick ? 0.8 : 0.96);
    }

    private static Sequential Net(SystemContext context)
    {
        var random = context.Random();
        return new(new Conv2d(1, 6, 5, padding: 2, random: random), new Tanh(), new AvgPool2d(2), new Conv2d(6, 16, 5, random: random), new Tanh(), new AvgPool2d(2),
            new Flatten(), new Linear(400, 120, random: random), new Tanh(), new Linear(120, 84, random: random), new Tanh(), new Linear(84, 10, random: random));
    }

    private static double Train(SystemContext context, Module net, Digits digits)
    {
        var loader = new Nn.Data.DataLoader(new Nn.Data.TensorDataset(digits.TrainX, digits.TrainY), 64, shuffle: true, seed: context.Seed);
        var epochs = context.Pick(8, 3);
        new Trainer(net, new Adam(net.Parameters(), 2e-3)) { Schedule = new CosineSchedule(epochs * loader.BatchCount, 0, 0.02) }.Fit(loader, epochs: epochs);
        return Learn.Accuracy(net, digits.TestX, digits.TestY);
    }
}

/// <summary>Section 9.5, table 3.</summary>
internal sealed class CnnVsDense() : CourseSystem("09.cnn-vs-dense", "Convolutional against dense, with 1,000 images", "Fewer parameters, and better on small data.")
{
    public override void Run(SystemContext context)
    {
        var plot = new CurvePlot("Test accuracy by the number of training images", "images", "accuracy in %") { LogX = true };
        int[] sizes = [100, 300, 1000];
        var all = sizes.Select(n => Accuracies(context, n)).ToArray();
        for (var i = 0; i < sizes.Length; i++) context.Out.WriteLine($"{sizes[i],5} images: convolutional {all[i].Cnn:P1}, dense {all[i].Mlp:P1}");
        context.Draw("cnn-vs-dense.png", plot.Add("convolutional", [.. sizes.Select(n => (double)n)], [.. all.Select(a => 100 * a.Cnn)]).Add("dense", [.. sizes.Select(n => (double)n)], [.. all.Select(a => 100 * a.Mlp)]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (cnn, mlp) = Accuracies(context, 1000);
        yield return Figure.AtLeast("points that the convolutional net is ahead with 1,000 images", 100 * (cnn - mlp), double.Epsilon);
        yield return Figure.AtMost("its parameters / those of the dense net", (double)new DigitCnn(8).ParameterCount / Learn.Mlp(new(1), () => new ReLU(), 784, 128, 10).ParameterCount, 1);
    }

    private static (double Cnn, double Mlp) Accuracies(SystemContext context, int images)
    {
        var digits = Digits.Load(context, images);
        Module cnn = new DigitCnn(8, random: context.Random()), mlp = new Sequential(new Flatten(), Learn.Mlp(context.Random(1), () => new ReLU(), 784, 128, 10));
        foreach (var model in new[] { cnn, mlp }) Learn.Epochs(model, new Adam(model.Parameters(), 2e-3), digits.TrainX, digits.TrainY, 12, 32, context.Seed);
        return (Learn.Accuracy(cnn, digits.TestX, digits.TestY), Learn.Accuracy(mlp, digits.TestX, digits.TestY));
    }
}
