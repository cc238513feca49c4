namespace CudaNet.Nn.Initializers;

public static partial class Init
{
    /// <summary>Inputs and outputs of a neuron with a weight [out, in, …]: in · rest and out · rest. A transposed convolution
    /// keeps its weight as [in, out, …], so there the two are swapped, as in PyTorch.</summary>
    /// <exception cref="ShapeException">The weight has fewer than two axes.</exception>
    public static (long In, long Out) Fans(Shape shape)
    {
        if (shape.Rank < 2)
            throw new ShapeException($"Init: {shape} has no fan-in and fan-out. Weights have two axes or more: [out, in, …]. Use Uniform or Normal for others.");
        long rest = 1;
        for (var axis = 2; axis < shape.Rank; axis++) rest *= shape[axis];
        return (Math.Max(1, shape[1] * rest), Math.Max(1, shape[0] * rest));
    }

    /// <summary>The gain that keeps the variance through an activation: 1 for linear, sigmoid and convolutions, 5/3 for tanh,
    /// √2 for ReLU, √(2/(1 + a²)) for leaky ReLU, ¾ for SELU.</summary>
    /// <param name="activation">linear, sigmoid, conv1d, conv2d, conv3d, tanh, relu, leaky_relu or selu.</param>
    /// <param name="slope">a of leaky ReLU.</param>
    /// <exception cref="ArgumentException">The activation is not known.</exception>
    public static double Gain(string activation, double slope = 0.01) => activation switch
    {
        "linear" or "sigmoid" or "conv1d" or "conv2d" or "conv3d" => 1,
        "tanh" => 5.0 / 3,
        "relu" => Math.Sqrt(2),
        "leaky_relu" => Math.Sqrt(2 / (1 + slope * slope)),
        "selu" => 0.75,
        _ => throw new ArgumentException($"Init.Gain: '{activation}' is not known. Use linear, sigmoid, tanh, relu, leaky_relu or selu.", nameof(activation)),
    };

    /// <summary>Normal of variance 1/fan, by default 1/fan-in (LeCun 1998): Xavier's for the values alone. With
    /// <see cref="FanMode.Average"/> it is the variance 2/(fan-in + fan-out) of <see cref="XavierNormal"/>.</summary>
    /// <param name="shape">[out, in, …].</param>
    /// <param name="random">Where the numbers come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <param name="type">Element type.</param>
    /// <param name="mode">Which fan.</param>
    public static Tensor LecunNormal(Shape shape, RandomStream? random = null, DType type = DType.Float32, FanMode mode = FanMode.In) =>
        Normal(shape, random, 0, Math.Sqrt(1 / Fan(shape, mode)), type);

    /// <summary>Uniform within ±√(3/fan), of variance 1/fan.</summary>
    /// <inheritdoc cref="LecunNormal"/>
    public static Tensor LecunUniform(Shape shape, RandomStream? random = null, DType type = DType.Float32, FanMode mode = FanMode.In)
    {
        var bound = Math.Sqrt(3 / Fan(shape, mode));
        return Uniform(shape, random, -bound, bound, type);
    }

    /// <summary>Normal of variance 1/(fan-in + fan-out): half of Xavier's. It is <see cref="XavierNormal"/> with the gain √½.</summary>
    public static Tensor FanSumNormal(Shape shape, RandomStream? random = null, DType type = DType.Float32) => XavierNormal(shape, random, Math.Sqrt(0.5), type);

    /// <summary>Normal, given that it lies in low … high.</summary>
    public static Tensor TruncatedNormal(Shape shape, RandomStream? random = null, double mean = 0, double deviation = 1, double low = -2, double high = 2, DType type = DType.Float32) =>
        (random ?? RandomStream.Default).TruncatedNormal(shape, mean, deviation, low, high, type).Realize();

    /// <summary>All ones.</summary>
    public static Tensor Ones(Shape shape, DType type = DType.Float32) => Tensor.Ones(shape, type);

    /// <summary>A matrix with ones on its diagonal: a linear layer that begins by letting its input through.</summary>
    /// <exception cref="ShapeException">The shape is not a matrix.</exception>
    public static Tensor Identity(Shape shape, DType type = DType.Float32)
    {
        if (shape.Rank != 2) throw new ShapeException($"Init.Identity: {shape} is not a matrix. Give [out, in]; for convolutions there is Dirac.");
        var values = new double[shape.ElementCount];
        for (long k = 0; k < Math.Min(shape[0], shape[1]); k++) values[k * shape[1] + k] = 1;
        return Tensor.From(values, shape).To(type);
    }

    /// <summary>A convolution that begins by letting as many channels through as it can: a 1 in the middle of the filter from
    /// channel k to channel k, within each group.</summary>
    /// <param name="shape">[out, in, …] of 3 to 5 axes.</param>
    /// <param name="groups">Groups of the convolution.</param>
    /// <param name="type">Element type.</param>
    /// <exception cref="ShapeException">The shape is not that of a convolution, or groups do not divide its output channels.</exception>
    public static Tensor Dirac(Shape shape, int groups = 1, DType type = DType.Float32)
    {
        if (shape.Rank is < 3 or > 5 || groups < 1 || shape[0] % groups != 0)
            throw new ShapeException($"Init.Dirac: {shape} with {groups} groups. Give the weight of a convolution, [out, in, …] of 3 to 5 axes, with groups that divide out.");
        var values = new double[shape.ElementCount];
        long rest = 1, middle = 0;
        for (var axis = 2; axis < shape.Rank; axis++) (rest, middle) = (rest * shape[axis], middle * shape[axis] + shape[axis] / 2);
        var outputs = shape[0] / groups;
        for (var group = 0; group < groups; group++)
            for (long k = 0; k < Math.Min(outputs, shape[1]); k++)
                values[((group * outputs + k) * shape[1] + k) * rest + middle] = 1;
        return Tensor.From(values, shape).To(type);
    }

    /// <summary>A normal matrix in which a share of each column is 0.</summary>
    /// <param name="shape">[out, in].</param>
    /// <param name="sparsity">Share of zeros, 0 … 1, rounded up to whole elements.</param>
    /// <param name="random">Where the numbers come from; <see cref="RandomStream.Default"/> if null.</param>
    /// <param name="deviation">Deviation of the rest.</param>
    /// <param name="type">Element type.</param>
    /// <remarks>Martens 2010.</remarks>
    /// <exception cref="ShapeException">The shape is not a matrix, or the share not in 0 … 1.</exception>
    public static Tensor Sparse(Shape shape, double sparsity, RandomStream? random = null, double deviation = 0.01, DType type = DType.Float32)
    {
        if (shape.Rank != 2 || sparsity is not (>= 0 and <= 1))
            throw new ShapeException($"Init.Sparse: {shape} with a share of {sparsity}. Give a matrix [out, in], and a share of zeros from 0 to 1.");
        random ??= RandomStream.Default;
        var values = Normal(shape, random, 0, deviation, DType.Float64);
        // The rank of each element among random numbers of its column: which are the first is a matter of chance.
        var rank = random.Uniform(shape, type: DType.Float64).ArgSort(0).ArgSort(0);
        return (rank < (long)Math.Ceiling(sparsity * shape[0])).Where(0, values).To(type).Realize();
    }

    private static double Fan(Shape shape, FanMode mode)
    {
        var (fanIn, fanOut) = Fans(shape);
        return mode switch { FanMode.In => fanIn, FanMode.Out => fanOut, _ => (fanIn + fanOut) / 2.0 };
    }
}
