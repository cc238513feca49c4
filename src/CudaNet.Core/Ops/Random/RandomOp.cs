using CudaNet.Autodiff;

namespace CudaNet.Ops;

/// <summary>A draw of random numbers. Its input is a stream's state, Int64 [seed, draw]: data, so that a cached plan gives
/// fresh numbers. Element i of a draw depends on seed, draw and i only, whatever the device and the number of threads.</summary>
/// <remarks>
/// Philox 4×32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers, as easy as 1, 2, 3; SC 2011). Block b of a draw is
/// the function of key (seed₀, seed₁) and counter (b₀, b₁, draw₀, draw₁), indices 0 and 1 meaning the low and the high 32
/// bits; it gives four words. The words of a draw are those of its blocks 0, 1, 2, … in order.
/// </remarks>
public abstract record RandomOp<TSelf>(Shape Shape, DType Type) : Op<TSelf> where TSelf : RandomOp<TSelf>, IOpDefinition
{
    /// <inheritdoc/>
    public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => inputs[0] == new TensorType([2], DType.Int64)
        ? new(Shape, Type)
        : throw new ShapeException($"{Name}: the state of a stream is i64[2] (seed, draw), not {inputs[0]}.");

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Vjp(GradientContext context) => [null];

    /// <summary>Samples of the usual shapes for each type.</summary>
    private protected static IReadOnlyList<Sample> Draws(IReadOnlyList<DType> types, Func<Tensor, Shape, DType, Tensor> draw)
    {
        var samples = new List<Sample>();
        var state = new SampleInput([2], Domain.Integers(0, 1 << 30), Type: DType.Int64);
        foreach (var type in types)
        {
            Sample Of(string name, Shape shape) => new($"{name}, {type.ShortName()}", [state], x => draw(x[0], shape, type)) { Differentiable = false };
            samples.AddRange([Of("matrix", [3, 5]), Of("scalar", []), Of("none", [0, 3]), Of("many", [1037]), Of("past a chunk", [70001])]);
        }
        samples.Add(new("negative seed and draw", [new([2], Domain.Integers(-1000, -1), Type: DType.Int64)], x => draw(x[0], [7], types[0])) { Differentiable = false });
        samples.Add(new("state backwards", [new([2], Domain.Integers(0, 1000), SampleView.Flipped, DType.Int64)], x => draw(x[0], [7], types[0])) { Differentiable = false });
        return samples;
    }

    /// <summary>What no stream can have as its state.</summary>
    private protected static Refusal BadState(Func<Tensor, Tensor> draw) =>
        new("a state of another shape", () => draw(Tensor.Zeros([3], DType.Int64)), @"i64\[2\]");
}
