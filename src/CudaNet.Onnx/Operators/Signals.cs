using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx.Operators;

/// <summary>Windows and Fourier transforms. These are products with the matrix of the transform: signals in models are short.</summary>
internal static class Signals
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["BlackmanWindow"] = Window(0.42, 0.5, 0.08),
        ["DFT"] = Dft,
        ["HammingWindow"] = Window(25.0 / 46, 21.0 / 46, 0),
        ["HannWindow"] = Window(0.5, 0.5, 0),
        ["STFT"] = Stft,
    };

    /// <summary>a − b·cos(2πn/N) + c·cos(4πn/N).</summary>
    private static Operator Window(double a, double b, double c2) => c =>
    {
        long size = (c.Integers(0) ?? throw c.Fail("the size is missing")).Single();
        var type = (DataType)c.Int("output_datatype", (long)DataType.Float);
        long period = c.Flag("periodic", true) ? size : size - 1;
        var phase = c.Iota(size).To(DType.Float64) * (2 * Math.PI / Math.Max(1, period));
        return [Value.Of((a - b * phase.Cos() + c2 * (2 * phase).Cos()).To(type.Storage()), type)];
    };

    /// <summary>[..., n, 1 or 2] of real or complex numbers along the axis before the last: all frequencies, or those up to half of n.</summary>
    private static Tensor Transform(NodeContext c, Tensor x, bool inverse, bool oneSided)
    {
        long n = x.Shape[^2], frequencies = oneSided ? n / 2 + 1 : n;
        // Computed in double precision, as the fast transforms are as exact as single precision allows and a plain sum is not.
        var angle = (c.Iota(frequencies).Unsqueeze(1) * c.Iota(n) % Math.Max(1, n)).To(DType.Float64) * (2 * Math.PI / n);
        var (cosine, sine) = (angle.Cos(), (inverse ? 1.0 : -1.0) * angle.Sin()); // [frequencies, n]
        x = x.To(DType.Float64);
        var real = x.Narrow(x.Rank - 1, 0, 1);
        var (re, im) = (cosine.MatMul(real), sine.MatMul(real));
        if (x.Shape[^1] == 2)
        {
            var imaginary = x.Narrow(x.Rank - 1, 1, 1);
            (re, im) = (re - sine.MatMul(imaginary), im + cosine.MatMul(imaginary));
        }
        var y = Tensor.Concat([re, im], -1);
        return inverse ? y / n : y;
    }

    private static IReadOnlyList<Value> Dft(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Opset >= 20 ? c.Integers(2)?.Single() ?? -2 : c.Int("axis", 1), x.Rank);
        var moved = x.MoveAxis(axis, x.Rank - 2);
        if (c.Integers(1)?.Single() is { } length && length != moved.Shape[^2])
        {
            var high = new long[x.Rank];
            high[^2] = length - moved.Shape[^2];
            moved = moved.Pad(new long[x.Rank], high, value: 0);
        }
        return [c.Like(Transform(c, moved, c.Flag("inverse"), c.Flag("onesided")).MoveAxis(x.Rank - 2, axis))];
    }

    private static IReadOnlyList<Value> Stft(NodeContext c)
    {
        var x = c.Input(0); // [batch, samples, 1 or 2]
        if (x.Rank == 2)
            x = x.Unsqueeze(2);
        long step = (c.Integers(1) ?? throw c.Fail("the step is missing")).Single();
        var window = c.Optional(2);
        long size = c.Integers(3)?.Single() ?? window?.ElementCount ?? throw c.Fail("neither a window nor its length is given");
        var frames = x.Windows(1, size, step).Transpose(2, 3); // [batch, frames, size, 1 or 2]
        if (window is not null)
            frames *= window.Reshape([size, 1]);
        return [c.Like(Transform(c, frames, inverse: false, c.Flag("onesided", true)))];
    }
}
