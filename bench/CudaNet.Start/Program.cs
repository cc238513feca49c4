using CudaNet.Nn;
using CudaNet.Nn.Optimizers;
using CudaNet.Onnx;

namespace CudaNet.Start;

/// <summary>What the start of a program costs: without arguments it computes a product; "train" trains a network on exclusive or, writes it
/// as an ONNX model, reads that back and runs it.</summary>
internal static class Program
{
    private static int Main(string[] args) => (args is ["train"] ? Train() : Product()) ? 0 : 1;

    private static bool Product() => Tensor.Ones([8, 8]).MatMul(Tensor.Ones([8, 8])).Sum().Item() == 512;

    private static bool Train()
    {
        Tensor x = Tensor.From([0f, 0, 0, 1, 1, 0, 1, 1], [4, 2]), y = Tensor.From([0f, 1, 1, 0], [4, 1]);
        var net = new Sequential(new Linear(2, 8, random: new(1)), new Tanh(), new Linear(8, 1, random: new(2)));
        var optimizer = new Adam(net.Parameters(), 0.05);
        for (var step = 0; step < 300; step++)
        {
            optimizer.ZeroGrad();
            Loss.BinaryCrossEntropyWithLogits(net.Forward(x), y).Backward();
            optimizer.Step();
        }
        var file = Path.GetTempFileName();
        try
        {
            net.ExportOnnx(file, x);
            var answers = OnnxModel.Load(file).Forward(x).Sigmoid().ToArray<float>();
            Console.WriteLine(string.Join(" ", answers.Select(answer => $"{answer:F3}")));
            return answers.Zip(y.ToArray<float>()).All(pair => Math.Abs(pair.First - pair.Second) < 0.1);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
