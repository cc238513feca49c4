using CudaNet.Bench.Measuring;

namespace CudaNet.Bench.Suites;

/// <summary>Softmax over the last axis: class scores, attention rows, vocabulary rows.</summary>
internal static class SoftmaxSuite
{
    internal static readonly Suite Suite = new("softmax", "softmax over the last axis in f32",
    [
        () => Create(64, 10),
        () => Create(4096, 128),
        () => Create(1024, 1024),
        () => Create(64, 32768),
    ]);

    private static Workload Create(int rows, int columns)
    {
        // Maximum, difference, exponential, sum, quotient.
        const int operations = 5;
        var elements = (double)rows * columns;
        (float[], long[])[] inputs = [(Inputs.Normal((long)elements, seed: 1), [rows, columns])];
        return Sides.Create($"softmax {rows}x{columns}", operations * elements, 8 * elements, inputs,
            x => x[0].Softmax(), x => x[0].softmax(-1), onnx: () => new OnnxPeer("Softmax", [], inputs, constants: 0, [rows, columns]));
    }
}
