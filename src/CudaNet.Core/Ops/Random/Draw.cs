namespace CudaNet.Ops;

/// <summary>Distributions made of one draw of a stream, from its state. What <see cref="RandomStream"/> and the static
/// methods of <see cref="Tensor"/> share.</summary>
internal static class Draw
{
    public static Tensor Uniform(Tensor state, Shape shape, double low, double high, DType type)
    {
        var unit = new RandomUniform(shape, type).Apply(state);
        return low == 0 && high == 1 ? unit : unit * (high - low) + low;
    }

    public static Tensor Normal(Tensor state, Shape shape, double mean, double deviation, DType type)
    {
        var standard = new RandomNormal(shape, type).Apply(state);
        if (deviation != 1) standard *= deviation;
        return mean == 0 ? standard : standard + mean;
    }

    public static Tensor Integers(Tensor state, Shape shape, long low, long high, DType type) => new RandomInteger(shape, type, low, high).Apply(state);
}
