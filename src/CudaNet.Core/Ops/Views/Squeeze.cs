namespace CudaNet.Ops
{
    /// <summary>Axes of size 1 dropped, by <see cref="Reshape"/>.</summary>
    internal sealed class Squeeze : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Squeeze",
            Formula = "y[i, j…] = x[i, 0, j…]",
            DTypes = DTypes.All,
            Samples =
            [
                new("all", [new([1, 3, 1], Domain.Any)], x => x[0].Squeeze()),
                new("one axis", [new([1, 3, 1], Domain.Any)], x => x[0].Squeeze(-1)),
                new("two axes", [new([1, 3, 1], Domain.Any)], x => x[0].Squeeze([0, 2])),
                new("to scalar", [new([1, 1], Domain.Any)], x => x[0].Squeeze()),
                new("an axis that is not of size 1 stays", [new([2, 3], Domain.Any)], x => x[0].Squeeze(0)),
                new("scalar", [new([], Domain.Any)], x => x[0].Squeeze()),
            ],
            Refusals = [Samples.BadAxis(x => x.Squeeze(2)), Samples.RepeatedAxis(x => x.Squeeze([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>A view without axes of size 1: all of them, or those named. A named axis of another size stays, as in PyTorch.</summary>
        /// <exception cref="AxisException">An axis is out of range or named twice.</exception>
        public Tensor Squeeze(Axes? axes = null)
        {
            var named = axes?.Normalize(Shape, "Squeeze") ?? Axes.All(Rank);
            var sizes = new List<long>(Rank);
            for (var k = 0; k < Rank; k++)
                if (Shape[k] != 1 || !named.Contains(k)) sizes.Add(Shape[k]);
            return Reshape(new Shape([.. sizes]));
        }
    }
}
