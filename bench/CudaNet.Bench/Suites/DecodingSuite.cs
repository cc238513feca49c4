using CudaNet.Bench.Measuring;
using CudaNet.Cpu.Gemm;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>Products of a few rows with a large matrix of weights, in f32 and with 16-bit weights: they run at the speed of memory.</summary>
internal static class DecodingSuite
{
    internal static readonly Suite Suite = new("decoding", "a few rows times a matrix of weights [outputs, inputs]",
    [
        () => Create(1, 768, 768, half: false),
        () => Create(1, 4096, 4096, half: false),
        () => Create(1, 50257, 768, half: false),
        () => Create(4, 4096, 4096, half: false),
        () => Create(1, 768, 768, half: true),
        () => Create(1, 4096, 4096, half: true),
        () => Create(1, 50257, 768, half: true),
    ]);

    private static unsafe Workload Create(int rows, int outputs, int inputs, bool half)
    {
        var (values, weights) = (Inputs.Normal((long)rows * inputs, seed: 1), Inputs.Weights((long)outputs * inputs, inputs, seed: 2));
        var shape = GemmShape.RowMajor(rows, outputs, inputs, transposeB: true);
        NativeFloats ourValues = new(values), ourWeights = new(weights), ourResult = new((long)rows * outputs);
        // Half of the memory is enough for 16-bit weights.
        var narrow = (ushort*)ourWeights.Pointer;
        if (half)
            for (var k = 0; k < weights.Length; k++)
                narrow[k] = Bits(weights[k]);
        var type = half ? torch.bfloat16 : torch.float32;
        var peerValues = Inputs.ToTorch(values, rows, inputs).to(type);
        var peerWeights = Inputs.ToTorch(weights, outputs, inputs).to(type);
        var peerTransposed = peerWeights.t();
        var peerResult = torch.zeros([rows, outputs], dtype: type);
        void Ours()
        {
            if (half)
                MatrixProduct.RunMixed(shape, ourValues.Pointer, narrow, ourResult.Pointer, 1f, 0f, default(NoEpilogue<float>));
            else
                MatrixProduct.Run(shape, ourValues.Pointer, ourWeights.Pointer, ourResult.Pointer);
        }
        void Peer() => peerResult.addmm_(peerValues, peerTransposed, beta: 0, alpha: 1);
        return new Workload
        {
            Name = $"{rows}x{inputs} to {outputs} {(half ? "bf16" : "f32")}",
            Flops = 2.0 * rows * outputs * inputs,
            Bytes = (half ? 2.0 : 4.0) * outputs * inputs,
            // Torch rounds inputs and result of 16-bit products to 16 bits.
            Tolerance = half ? 2e-2 : 1e-4,
            Ours = Ours,
            Peer = Peer,
            Disagreement = () =>
            {
                Ours();
                Peer();
                using var wide = peerResult.to(torch.float32);
                return Statistics.Disagreement(ourResult.Span, Inputs.FromTorch(wide));
            },
            Release = () =>
            {
                foreach (var floats in new[] { ourValues, ourWeights, ourResult })
                    floats.Dispose();
                foreach (var tensor in new[] { peerValues, peerTransposed, peerWeights, peerResult })
                    tensor.Dispose();
            },
        };
    }

    /// <summary>The upper half of a float's bits: rounding does not matter to the time.</summary>
    private static ushort Bits(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
}
