using CudaNet.Models.Vision;
using CudaNet.Nn;

namespace CudaNet.Tests.Vision;

public class ResNetTests
{
    [Test]
    public void They_have_as_many_parameters_as_published()
    {
        Assert.That(Model.FromShapes(() => ResNet.Resnet18()).ParameterCount, Is.EqualTo(11_689_512));
        Assert.That(Model.FromShapes(() => ResNet.Resnet50()).ParameterCount, Is.EqualTo(25_557_032));
        Assert.That(Model.FromShapes(() => ResNet.Resnet18(10, smallImages: true)).ParameterCount, Is.EqualTo(11_173_962));
    }

    [Test]
    public void Names_are_those_of_torchvision()
    {
        var names = Model.FromShapes(() => ResNet.Resnet50()).StateDict().Keys;
        Assert.That(names, Is.SupersetOf(["conv1.weight", "bn1.running_mean", "layer1.0.conv3.weight", "layer1.0.downsample.0.weight", "layer1.0.downsample.1.num_batches_tracked", "layer4.2.bn3.bias", "fc.bias"]));
        Assert.That(names.Count(), Is.EqualTo(320));
    }

    [Test]
    public void Stages_halve_the_image([Values] bool bottleneck)
    {
        var net = new ResNet([1, 1, 1, 1], bottleneck, classes: 7, random: new(1)).Eval();
        Assert.That(net.Forward(Tensor.Zeros([2, 3, 64, 40])).Shape, Is.EqualTo(new Shape(2, 7)));
        var x = Tensor.Zeros([1, 64, 16, 10]);
        foreach (var stage in new[] { net.Layer1, net.Layer2, net.Layer3, net.Layer4 }) x = stage[0].Forward(x);
        Assert.That(x.Shape, Is.EqualTo(new Shape(1, bottleneck ? 2048 : 512, 2, 2)));
    }

    [Test]
    public void A_small_one_learns_a_batch_by_heart()
    {
        var net = new ResNet([1, 1, 1, 1], bottleneck: false, classes: 4, smallImages: true, random: new(1));
        var (x, y) = (Tensor.Randn([8, 3, 16, 16], seed: 1).Realize(), Tensor.From(0L, 1, 2, 3, 0, 1, 2, 3));
        var optimizer = new CudaNet.Nn.Optimizers.Sgd(net.Parameters(), 0.01, 0.9);
        var loss = double.NaN;
        for (var k = 0; k < 12; k++)
        {
            optimizer.ZeroGrad();
            var value = Loss.CrossEntropy(net.Forward(x), y);
            value.Backward();
            optimizer.Step();
            loss = value.Item();
        }
        Assert.That(loss, Is.LessThan(0.1), "from 1.4 for four classes");
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        Assert.That(() => new ResNet([1, 1], bottleneck: false), Throws.ArgumentException.With.Message.Contains("4 stages"));
        Assert.That(() => Model.FromShapes(() => ResNet.Resnet18()).Forward(Tensor.Zeros([1, 1, 32, 32])), Throws.TypeOf<ShapeException>().With.Message.Contains("[batch, 3, height, width]"));
    }
}
