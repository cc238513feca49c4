using CudaNet.Bench.Measuring;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;
using TorchSharp;

namespace CudaNet.Bench.Suites;

/// <summary>Products of a few rows with a large matrix of weights, in f32 and with 16-bit and 8-bit weights: they run at the speed of memory.</summary>
/// <remarks>Ours multiplies rows of f32 whatever the weights are. Torch has bf16 times bf16, and its weight-only 8-bit product, with rows of bf16, too, which TorchSharp reaches by TorchScript alone.</remarks>
internal static class DecodingSuite
{
    internal static readonly Suite Suite = new("decoding", "a few rows times a matrix of weights [outputs, inputs]",
    [
        .. from format in Enum.GetValues<Format>()
           from shape in ((int Rows, int Outputs, int Inputs)[])[(1, 768, 768), (1, 4096, 4096), (1, 50257, 768), (4, 4096, 4096)]
           select (Func<Workload>)(() => Create(shape.Rows, shape.Outputs, shape.Inputs, format)),
    ]);

    private enum Format
    {
        F32,
        BF16,
        Int8,
    }

    private static unsafe Workload Create(int rows, int outputs, int inputs, Format format)
    {
        var (values, weights) = (Inputs.Normal((long)rows * inputs, seed: 1), Inputs.Weights((long)outputs * inputs, inputs, seed: 2));
        var shape = GemmShape.RowMajor(rows, outputs, inputs, transposeB: true);
        NativeFloats ourValues = new(values), ourWeights = new(weights), ourResult = new((long)rows * outputs);
        // The narrow formats take the first half or quarter of the same memory.
        var (halves, bytes) = ((nint)ourWeights.Pointer, (nint)ourWeights.Pointer);
        var scale = weights.Max(Math.Abs) / 127;
        for (var k = 0L; format != Format.F32 && k < weights.Length; k++)
        {
            if (format == Format.BF16)
                ((ushort*)halves)[k] = Bits(weights[k]);
            else
                ((byte*)bytes)[k] = (byte)(MathF.Round(weights[k] / scale) + BiasedByte.Zero);
        }
        void Ours()
        {
            switch (format)
            {
                case Format.F32:
                    MatrixProduct.Run(shape, ourValues.Pointer, ourWeights.Pointer, ourResult.Pointer);
                    break;
                case Format.BF16:
                    MatrixProduct.RunMixed(shape, ourValues.Pointer, (ushort*)halves, ourResult.Pointer, 1f, 0f, default(NoEpilogue<float>));
                    break;
                default:
                    MatrixProduct.RunMixed(shape, ourValues.Pointer, (BiasedByte*)bytes, ourResult.Pointer, scale, 0f, default(NoEpilogue<float>));
                    break;
            }
        }
        var peer = Peer(Inputs.ToTorch(values, rows, inputs), Inputs.ToTorch(weights, outputs, inputs), scale, format);
        return new Workload
        {
            Name = $"{rows}x{inputs} to {outputs} {format.ToString().ToLowerInvariant()}",
            Flops = 2.0 * rows * outputs * inputs,
            Bytes = (format switch { Format.F32 => 4.0, Format.BF16 => 2.0, _ => 1.0 }) * outputs * inputs,
            // Torch rounds inputs and result of products with narrow weights to 16 bits.
            Tolerance = format == Format.F32 ? 1e-4 : 2e-2,
            Ours = Ours,
            Peer = () => peer.Run(),
            Disagreement = () =>
            {
                Ours();
                using var wide = peer.Run().to(torch.float32);
                return Statistics.Disagreement(ourResult.Span, Inputs.FromTorch(wide));
            },
            Release = () =>
            {
                foreach (var floats in new[] { ourValues, ourWeights, ourResult })
                    floats.Dispose();
                foreach (var tensor in peer.Held)
                    tensor.Dispose();
            },
        };
    }

    /// <summary>Torch's product, which keeps its result until the next one, and the tensors that it holds.</summary>
    private static (Func<torch.Tensor> Run, torch.Tensor[] Held) Peer(torch.Tensor values, torch.Tensor weights, float scale, Format format)
    {
        if (format == Format.Int8)
        {
            var (narrow, scales) = ((weights / scale).round().to(torch.int8), torch.full(weights.shape[0], scale, dtype: torch.bfloat16));
            // Its loop for rows of f32 takes fifty times as long as this one.
            var rounded = values.to(torch.bfloat16);
            var product = torch.jit.compile("def product(x, w, scale):\n    return torch._weight_int8pack_mm(x, w, scale)\n");
            torch.Tensor? last = null;
            return (() =>
            {
                last?.Dispose();
                return last = (torch.Tensor)product.invoke("product", rounded, narrow, scales);
            }, [values, weights, narrow, scales, rounded]);
        }
        var type = format == Format.BF16 ? torch.bfloat16 : torch.float32;
        var (left, right) = (values.to(type), weights.to(type));
        var (transposed, result) = (right.t(), torch.zeros([values.shape[0], weights.shape[0]], dtype: type));
        return (() => result.addmm_(left, transposed, beta: 0, alpha: 1), [values, weights, left, right, transposed, result]);
    }

    /// <summary>The upper half of a float's bits: rounding does not matter to the time.</summary>
    private static ushort Bits(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
}
