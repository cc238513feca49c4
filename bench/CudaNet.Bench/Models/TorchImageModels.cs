using TorchSharp;
using Functions = TorchSharp.torch.nn.functional;

namespace CudaNet.Bench.Models;

/// <summary>Models of images in torch, of the shapes of ours.</summary>
internal static class TorchImageModels
{
    internal static torch.Tensor Perceptron(TorchWeights w, torch.Tensor x) => w.Linear(Functions.relu(w.Linear(x, "0")), "2");

    internal static torch.Tensor LeNet(TorchWeights w, torch.Tensor x)
    {
        x = Functions.avg_pool2d(w.Conv2d(x, "0", padding: 2).tanh(), 2L);
        x = Functions.avg_pool2d(w.Conv2d(x, "3").tanh(), 2L).flatten(1);
        return w.Linear(w.Linear(w.Linear(x, "7").tanh(), "9").tanh(), "11");
    }

    /// <summary>Convolution, pooling, convolution, pooling, linear.</summary>
    internal static torch.Tensor DigitNet(TorchWeights w, torch.Tensor x)
    {
        foreach (var layer in (string[])["0", "3"])
            x = Functions.max_pool2d(Functions.relu(w.Conv2d(x, layer, padding: 2)), 2L);
        return w.Linear(x.flatten(1), "7");
    }

    internal static torch.Tensor ResNet(TorchWeights w, torch.Tensor x, IReadOnlyList<int> blocks, bool smallImages)
    {
        x = Functions.relu(w.BatchNorm(smallImages ? w.Conv2d(x, "conv1", padding: 1) : w.Conv2d(x, "conv1", 2, 3), "bn1"));
        if (!smallImages)
            x = Functions.max_pool2d(x, 3L, 2, 1);
        for (var stage = 0; stage < blocks.Count; stage++)
            for (var k = 0; k < blocks[stage]; k++)
                x = ResNetBlock(w, x, $"layer{stage + 1}.{k}", stage > 0 && k == 0 ? 2 : 1);
        return w.Linear(x.mean([2, 3]), "fc");
    }

    private static torch.Tensor ResNetBlock(TorchWeights w, torch.Tensor x, string name, long stride)
    {
        var bottleneck = w.Find($"{name}.conv3.weight") is not null;
        var y = Functions.relu(w.BatchNorm(bottleneck ? w.Conv2d(x, $"{name}.conv1") : w.Conv2d(x, $"{name}.conv1", stride, 1), $"{name}.bn1"));
        y = w.BatchNorm(w.Conv2d(y, $"{name}.conv2", bottleneck ? stride : 1, 1), $"{name}.bn2");
        if (bottleneck)
            y = w.BatchNorm(w.Conv2d(Functions.relu(y), $"{name}.conv3"), $"{name}.bn3");
        var shortcut = w.Find($"{name}.downsample.0.weight") is null ? x : w.BatchNorm(w.Conv2d(x, $"{name}.downsample.0", stride), $"{name}.downsample.1");
        return y.add_(shortcut).relu_();
    }

    internal static torch.Tensor UNet(TorchWeights w, torch.Tensor x, int depth)
    {
        var levels = new Stack<torch.Tensor>();
        for (var level = 0; level <= depth; level++)
        {
            x = DoubleConvolution(w, x, $"encoder.{level}.layers");
            if (level == depth)
                break;
            levels.Push(x);
            x = Functions.max_pool2d(x, 2L);
        }
        for (var k = 0; k < depth; k++)
            x = DoubleConvolution(w, torch.cat([levels.Pop(), w.ConvTranspose2d(x, $"up.{k}", 2)], 1), $"decoder.{k}.layers");
        return w.Conv2d(x, "head");
    }

    private static torch.Tensor DoubleConvolution(TorchWeights w, torch.Tensor x, string name)
    {
        foreach (var (convolution, norm) in ((int, int)[])[(0, 1), (3, 4)])
            x = w.BatchNorm(w.Conv2d(x, $"{name}.{convolution}", padding: 1), $"{name}.{norm}").relu_();
        return x;
    }
}
