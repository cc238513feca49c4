namespace CudaNet.Nn.Initializers;

/// <summary>First values of weights. Fan-in and fan-out follow PyTorch: a weight [out, in, …] has in · rest inputs and
/// out · rest outputs.</summary>
public static partial class Init
{
    /// <summary>Uniform in [low, high).</summary>
    public static Tensor Uniform(Shape shape, RandomStream? random = null, double low = 0, double high = 1, DType type = DType.Float32) =>
        Model.IsOfShapes ? Tensor.Zeros(shape, type) : (random ?? RandomStream.Default).Uniform(shape, low, high, type).Realize();

    /// <summary>Normal with a mean and a standard deviation.</summary>
    public static Tensor Normal(Shape shape, RandomStream? random = null, double mean = 0, double deviation = 1, DType type = DType.Float32) =>
        Model.IsOfShapes ? Tensor.Zeros(shape, type) : (random ?? RandomStream.Default).Normal(shape, mean, deviation, type).Realize();

    /// <summary>All zeros.</summary>
    public static Tensor Zeros(Shape shape, DType type = DType.Float32) => Tensor.Zeros(shape, type);

    /// <summary>All one value.</summary>
    public static Tensor Constant(Shape shape, double value, DType type = DType.Float32) => Tensor.Full(shape, value, type);

    /// <summary>Xavier (Glorot) uniform: within ±gain · √(6/(fan-in + fan-out)), which keeps the variance through a linear
    /// or tanh layer in both directions.</summary>
    /// <remarks>Glorot, Bengio 2010.</remarks>
    public static Tensor XavierUniform(Shape shape, RandomStream? random = null, double gain = 1, DType type = DType.Float32)
    {
        var (fanIn, fanOut) = Fans(shape);
        var bound = gain * Math.Sqrt(6.0 / (fanIn + fanOut));
        return Uniform(shape, random, -bound, bound, type);
    }

    /// <summary>Xavier (Glorot) normal: deviation gain · √(2/(fan-in + fan-out)).</summary>
    public static Tensor XavierNormal(Shape shape, RandomStream? random = null, double gain = 1, DType type = DType.Float32)
    {
        var (fanIn, fanOut) = Fans(shape);
        return Normal(shape, random, 0, gain * Math.Sqrt(2.0 / (fanIn + fanOut)), type);
    }

    /// <summary>Kaiming (He) uniform: within ±√(6/((1 + a²) · fan)), which keeps the variance through a layer with
    /// leaky ReLU of slope a (0 for ReLU).</summary>
    /// <param name="shape">[out, in, …].</param>
    /// <param name="random">Where the numbers come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <param name="a">Slope below 0 of the activation that follows.</param>
    /// <param name="type">Element type.</param>
    /// <param name="mode">Fan-in keeps the variance of the values, fan-out that of the gradients.</param>
    /// <remarks>He, Zhang, Ren, Sun 2015. PyTorch's layers use a = √5, which gives ±1/√fan-in.</remarks>
    public static Tensor KaimingUniform(Shape shape, RandomStream? random = null, double a = 0, DType type = DType.Float32, FanMode mode = FanMode.In)
    {
        var bound = Math.Sqrt(6.0 / ((1 + a * a) * Fan(shape, mode)));
        return Uniform(shape, random, -bound, bound, type);
    }

    /// <summary>Kaiming (He) normal: deviation √(2/((1 + a²) · fan)).</summary>
    /// <inheritdoc cref="KaimingUniform"/>
    public static Tensor KaimingNormal(Shape shape, RandomStream? random = null, double a = 0, DType type = DType.Float32, FanMode mode = FanMode.In) =>
        Normal(shape, random, 0, Math.Sqrt(2.0 / ((1 + a * a) * Fan(shape, mode))), type);

    /// <summary>A matrix with orthonormal rows (or columns, where there are fewer of them), times gain. Axes after the
    /// first are taken as one.</summary>
    /// <remarks>Saxe, McClelland, Ganguli 2014. Made by modified Gram–Schmidt, twice, in double precision.</remarks>
    public static Tensor Orthogonal(Shape shape, RandomStream? random = null, double gain = 1, DType type = DType.Float32)
    {
        if (shape.Rank < 2) throw new ShapeException($"Init.Orthogonal: {shape} has no rows and columns. Give two axes or more.");
        int rows = (int)shape[0], columns = (int)(shape.ElementCount / Math.Max(1, shape[0]));
        int vectors = Math.Min(rows, columns), length = Math.Max(rows, columns);
        var normal = Normal([vectors, length], random, type: DType.Float64).ToArray<double>();
        for (var pass = 0; pass < 2; pass++)
            for (var v = 0; v < vectors; v++) Orthonormalize(normal, v, length);
        var values = new double[(long)rows * columns];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++)
                values[r * columns + c] = gain * (rows <= columns ? normal[r * length + c] : normal[c * length + r]);
        return Tensor.From(values, shape).To(type);
    }

    private static void Orthonormalize(double[] vectors, int v, int length)
    {
        var self = vectors.AsSpan(v * length, length);
        for (var u = 0; u < v; u++)
        {
            var other = vectors.AsSpan(u * length, length);
            var along = System.Numerics.Tensors.TensorPrimitives.Dot<double>(self, other);
            for (var i = 0; i < length; i++) self[i] -= along * other[i];
        }
        var norm = System.Numerics.Tensors.TensorPrimitives.Norm<double>(self);
        for (var i = 0; i < length; i++) self[i] /= norm;
    }
}
