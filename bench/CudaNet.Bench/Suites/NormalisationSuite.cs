using CudaNet.Bench.Measuring;
using TorchSharp;
using static TorchSharp.torch.nn;

namespace CudaNet.Bench.Suites;

/// <summary>Softmax, its logarithm, the norms and cross entropy of rows, forward and with gradients.</summary>
internal static class NormalisationSuite
{
    private const int Rows = 4096, Columns = 1024;
    private const double Elements = (double)Rows * Columns;

    internal static readonly Suite Suite = new("normalisation", "softmax, norms and losses of rows in f32",
    [
        () => Forward("softmax", 5, x => x[0].Softmax(), x => x[0].softmax(-1), inputs => new("Softmax", [], inputs[..1], constants: 0, [Rows, Columns])),
        () => Gradients("softmax", x => x.Softmax(), x => x.softmax(-1)),
        () => Forward("log softmax", 5, x => x[0].LogSoftmax(), x => x[0].log_softmax(-1), inputs => new("LogSoftmax", [], inputs[..1], constants: 0, [Rows, Columns])),
        () => Gradients("log softmax", x => x.LogSoftmax(), x => x.log_softmax(-1)),
        () => Forward("layer norm", 8, x => x[0].LayerNorm(x[1], x[2]), x => functional.layer_norm(x[0], [Columns], x[1], x[2]),
            inputs => new("LayerNormalization", [("axis", -1L), ("epsilon", 1e-5f)], inputs, constants: 2, [Rows, Columns])),
        () => Gradients("layer norm", x => x.LayerNorm(), x => functional.layer_norm(x, [Columns])),
        () => Forward("rms norm", 5, x => x[0].RmsNorm(x[1]), x =>
        {
            using var squares = x[0].square();
            using var mean = squares.mean([-1], keepdim: true);
            using var scale = mean.add_(1e-5).rsqrt_();
            var result = x[0].mul(scale);
            return result.mul_(x[1]);
        }, null),
        () => BatchNorm(32, 64, 56),
        () => CrossEntropy(4096, 50257, gradients: false),
        () => CrossEntropy(4096, 50257, gradients: true),
        () => CrossEntropy(64, 10, gradients: true),
    ]);

    private static (float[], long[])[] RowsAndWeights() =>
    [
        (Inputs.Normal(Rows * Columns, seed: 1), [Rows, Columns]), (Inputs.Normal(Columns, seed: 2), [Columns]), (Inputs.Normal(Columns, seed: 3), [Columns]),
    ];

    private static Workload Forward(string name, double operations, Func<IReadOnlyList<Tensor>, Tensor> ours, Func<torch.Tensor[], torch.Tensor> peer, Func<(float[], long[])[], OnnxPeer>? onnx)
    {
        var inputs = RowsAndWeights();
        return Sides.Create($"{name} {Rows}x{Columns}", operations * Elements, 8 * Elements, inputs, ours, peer, onnx: onnx is null ? null : () => onnx(inputs));
    }

    private static Workload Gradients(string name, Func<Tensor, Tensor> ours, Func<torch.Tensor, torch.Tensor> peer) =>
        Sides.CreateMany($"{name} with gradient {Rows}x{Columns}", 10 * Elements, 16 * Elements,
            [(Inputs.Normal(Rows * Columns, seed: 1), [Rows, Columns]), (Inputs.Normal(Rows * Columns, seed: 2), [Rows, Columns])],
            x =>
            {
                var result = ours(x[0]);
                return [result, .. Vjp.Of(result, x[1], x[0])];
            },
            x => Sides.PeerGradients(x, 1, leaves => peer(leaves[0])));

    private static Workload BatchNorm(int batch, int channels, int size)
    {
        var elements = (double)batch * channels * size * size;
        return Sides.Create($"batch norm of a batch {batch}x{channels}x{size}x{size}", 6 * elements, 8 * elements,
            [(Inputs.Normal((long)elements, seed: 1), [batch, channels, size, size]), (Inputs.Normal(channels, seed: 2), [channels]), (Inputs.Normal(channels, seed: 3), [channels])],
            x => x[0].BatchNormTraining(x[1], x[2]).Normalized,
            x => functional.batch_norm(x[0], null, null, x[1], x[2], training: true));
    }

    private static Workload CrossEntropy(int rows, int classes, bool gradients)
    {
        var elements = (double)rows * classes;
        var labels = Inputs.Labels(rows, classes, seed: 2);
        var (ourLabels, peerLabels) = (Tensor.From(labels), torch.tensor(labels));
        var name = $"cross entropy {(gradients ? "with gradient " : "")}{rows}x{classes}";
        (float[], long[])[] inputs = [(Inputs.Normal((long)elements, seed: 1), [rows, classes]), ([1], [])];
        return gradients
            ? Sides.CreateMany(name, 8 * elements, 12 * elements, inputs,
                x =>
                {
                    var loss = x[0].CrossEntropy(ourLabels);
                    return [loss, .. Vjp.Of(loss, x[1], x[0])];
                },
                x => Sides.PeerGradients(x, 1, leaves => functional.cross_entropy(leaves[0], peerLabels)))
            : Sides.Create(name, 4 * elements, 4 * elements, inputs, x => x[0].CrossEntropy(ourLabels), x => functional.cross_entropy(x[0], peerLabels));
    }
}
