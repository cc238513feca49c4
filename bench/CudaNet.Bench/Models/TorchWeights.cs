using CudaNet.Bench.Suites;
using CudaNet.Nn;
using TorchSharp;
using Functions = TorchSharp.torch.nn.functional;
using TorchParameter = TorchSharp.Modules.Parameter;

namespace CudaNet.Bench.Models;

/// <summary>The weights of one of our modules as torch's, under the same names, and the layers that they make.</summary>
/// <remarks>Layers are called as functions: that spares torch the bookkeeping of its modules, and each model is one short function of its weights.</remarks>
internal sealed class TorchWeights : IDisposable
{
    private const string RunningMean = "running_mean", RunningVariance = "running_var";

    private readonly Dictionary<string, torch.Tensor> _values = [];

    /// <param name="module">Gives names and shapes, and the values too unless it has none.</param>
    /// <param name="random">True draws values, for a module that was made from shapes alone.</param>
    /// <param name="transposed">Which weights lie as [in, out]; torch gets them as its own layers have them.</param>
    internal TorchWeights(Module module, bool random = false, Func<string, bool>? transposed = null)
    {
        var trained = module.NamedParameters().Select(entry => entry.Name).ToHashSet();
        foreach (var (name, value) in module.StateDict())
        {
            if (!value.DType.IsFloating())
                continue;
            var shape = value.Shape.ToArray();
            var tensor = random ? Drawn(name, shape) : Inputs.ToTorch(value.ToArray<float>(), shape);
            if (transposed?.Invoke(name) == true)
            {
                using var other = tensor;
                tensor = other.t().contiguous();
            }
            _values.Add(name, trained.Contains(name) ? new TorchParameter(tensor) : tensor);
        }
    }

    /// <summary>True while normalisations use the statistics of the batch.</summary>
    internal bool IsTraining { get; init; }

    /// <summary>What is trained.</summary>
    internal IEnumerable<TorchParameter> Parameters => _values.Values.OfType<TorchParameter>();

    internal torch.Tensor this[string name] => _values[name];

    internal torch.Tensor? Find(string name) => _values.GetValueOrDefault(name);

    internal torch.Tensor Linear(torch.Tensor x, string name) => Functions.linear(x, this[$"{name}.weight"], Find($"{name}.bias"));

    internal torch.Tensor Conv2d(torch.Tensor x, string name, long stride = 1, long padding = 0) =>
        Functions.conv2d(x, this[$"{name}.weight"], Find($"{name}.bias"), [stride, stride], [padding, padding]);

    internal torch.Tensor ConvTranspose2d(torch.Tensor x, string name, long stride) =>
        Functions.conv_transpose2d(x, this[$"{name}.weight"], Find($"{name}.bias"), [stride, stride]);

    internal torch.Tensor BatchNorm(torch.Tensor x, string name) =>
        Functions.batch_norm(x, this[$"{name}.{RunningMean}"], this[$"{name}.{RunningVariance}"], this[$"{name}.weight"], this[$"{name}.bias"], IsTraining);

    internal torch.Tensor LayerNorm(torch.Tensor x, string name, double epsilon = 1e-5) =>
        Functions.layer_norm(x, [x.shape[^1]], this[$"{name}.weight"], this[$"{name}.bias"], epsilon);

    /// <summary>Rows of a table.</summary>
    internal torch.Tensor Embedding(torch.Tensor numbers, string name)
    {
        var table = this[$"{name}.weight"];
        return table.index_select(0, numbers.flatten()).reshape([.. numbers.shape, table.shape[1]]);
    }

    public void Dispose()
    {
        foreach (var tensor in _values.Values)
            tensor.Dispose();
    }

    private static torch.Tensor Drawn(string name, long[] shape) => name.EndsWith(RunningVariance, StringComparison.Ordinal) ? torch.ones(shape) : torch.randn(shape).mul_(0.02);
}
