using CudaNet.Nn.Optimizers;
using CudaNet.Shared;
using TorchSharp;

namespace CudaNet.Tests;

/// <summary>Training from the same weights on the same batch gives the same losses in both engines.</summary>
public sealed class TrainingTests
{
    private const int Steps = 10, Batch = 64;
    private const double SameLoss = 1e-4;

    [TestCase("sgd")]
    [TestCase("momentum")]
    [TestCase("nesterov")]
    [TestCase("adam")]
    [TestCase("adamw")]
    [TestCase("rmsprop")]
    [TestCase("centred rmsprop")]
    [TestCase("adagrad")]
    [TestCase("adadelta")]
    [TestCase("rprop")]
    public void Ten_steps_of_the_mlp_give_the_same_ten_losses(string optimizer) => Compare(TwinNetwork.Mlp(), [Batch, TwinNetwork.Pixels], optimizer);

    [TestCase("sgd")]
    [TestCase("momentum")]
    [TestCase("nesterov")]
    [TestCase("adam")]
    [TestCase("adamw")]
    public void Ten_steps_of_the_cnn_give_the_same_ten_losses(string optimizer) => Compare(TwinNetwork.Cnn(channels: 8), [Batch, 1, 28, 28], optimizer);

    private static void Compare(TwinNetwork network, long[] shape, string name)
    {
        var random = new Random(7);
        var images = Enumerable.Range(0, Batch * TwinNetwork.Pixels).Select(_ => random.NextSingle()).ToArray();
        var labels = Enumerable.Range(0, Batch).Select(_ => (long)random.Next(TwinNetwork.Classes)).ToArray();
        using var training = new TwinTraining(network, parameters => Ours(name, parameters), parameters => Torchs(name, parameters), images, shape, labels);

        var (ours, peer) = training.Losses(Steps);

        Assert.That(ours, Is.EqualTo(peer).Within(SameLoss));
        Assert.That(ours[^1], Is.LessThan(ours[0]), "nothing was learned, so nothing was compared");
    }

    private static Optimizer Ours(string name, IEnumerable<Parameter> parameters) => name switch
    {
        "sgd" => new Sgd(parameters, 0.05),
        "momentum" => new Sgd(parameters, 0.01, momentum: 0.9, weightDecay: 1e-3),
        "nesterov" => new Sgd(parameters, 0.01, momentum: 0.9, nesterov: true),
        "adam" => new Adam(parameters, 1e-3),
        "rmsprop" => new RmsProp(parameters, 1e-3),
        "centred rmsprop" => new RmsProp(parameters, 1e-4, 0.95, 1e-4, 1e-3, 0.5, centered: true),
        "adagrad" => new Adagrad(parameters, 1e-2, 0.1, 1e-3, 0.1),
        "adadelta" => new Adadelta(parameters, 1, 0.95, 1e-5, 1e-3),
        "rprop" => new Rprop(parameters, 1e-3),
        _ => new AdamW(parameters, 1e-3, weightDecay: 0.05),
    };

    private static torch.optim.Optimizer Torchs(string name, IEnumerable<TorchSharp.Modules.Parameter> parameters) => name switch
    {
        "sgd" => torch.optim.SGD(parameters, 0.05),
        "momentum" => torch.optim.SGD(parameters, 0.01, momentum: 0.9, weight_decay: 1e-3),
        "nesterov" => torch.optim.SGD(parameters, 0.01, momentum: 0.9, nesterov: true),
        "adam" => torch.optim.Adam(parameters, 1e-3),
        "rmsprop" => torch.optim.RMSProp(parameters, 1e-3),
        "centred rmsprop" => torch.optim.RMSProp(parameters, 1e-4, 0.95, 1e-4, 1e-3, 0.5, centered: true),
        "adagrad" => torch.optim.Adagrad(parameters, 1e-2, 0.1, 1e-3, 0.1),
        "adadelta" => torch.optim.Adadelta(parameters, 1, 0.95, 1e-5, 1e-3),
        "rprop" => torch.optim.Rprop(parameters, 1e-3),
        _ => torch.optim.AdamW(parameters, 1e-3, weight_decay: 0.05),
    };
}
