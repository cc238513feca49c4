namespace CudaNet.Ops
{
    /// <summary>A given count of evenly spaced numbers, from <see cref="Iota"/>.</summary>
    internal sealed class Linspace : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Linspace",
            Formula = "y[i] = start·(1 − t) + stop·t, t = i/(count − 1)",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                new("five", [], _ => Tensor.Linspace(-1, 1, 5)), new("one", [], _ => Tensor.Linspace(2, 3, 1)), new("none", [], _ => Tensor.Linspace(2, 3, 0)),
                new("down", [], _ => Tensor.Linspace(3, -4, 8, DType.Float64)), new("half", [], _ => Tensor.Linspace(0, 1, 11, DType.Float16)),
            ],
            Refusals = [new("a negative count", () => Tensor.Linspace(0, 1, -1), "-1"), new("an integer type", () => Tensor.Linspace(0, 1, 2, DType.Int32), "floating")],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary><paramref name="count"/> numbers from start to stop, both included and exact, evenly spaced.</summary>
        /// <exception cref="ShapeException">The count is negative.</exception>
        /// <exception cref="DTypeException">The type is not a floating one.</exception>
        public static Tensor Linspace(double start, double stop, long count, DType type = DType.Float32, Device? device = null)
        {
            if (count < 0) throw new ShapeException($"Linspace: a count of {count} is negative.");
            if (!type.IsFloating()) throw new DTypeException($"Linspace: {type} cannot hold numbers between; use a floating type and To.");
            // Computed in Float64 and rounded once. This form gives both ends exactly, start + i·step does not.
            if (count == 1) return Full([1], start, type, device);
            var t = Iota(count, DType.Float64, device) / (count - 1.0);
            return ((1 - t) * start + t * stop).To(type);
        }
    }
}
