namespace CudaNet.Ops
{
    /// <summary>One axis moved to another place, by <see cref="Permute"/>.</summary>
    internal sealed class MoveAxis : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "MoveAxis",
            Formula = "axis from becomes axis to; the others keep their order",
            DTypes = DTypes.All,
            Samples =
            [
                new("channels last", [new([2, 3, 4], Domain.Any)], x => x[0].MoveAxis(0, -1)),
                new("to the front", [new([2, 3, 4], Domain.Any)], x => x[0].MoveAxis(2, 0)),
                new("stays", [new([2, 3], Domain.Any)], x => x[0].MoveAxis(1, 1)),
            ],
            Refusals = [Samples.BadAxis(x => x.MoveAxis(2, 0)), Samples.BadAxis(x => x.MoveAxis(0, 2))],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>A view in which axis <paramref name="from"/> is axis <paramref name="to"/>; the others keep their order.</summary>
        /// <exception cref="AxisException">An axis is out of range.</exception>
        public Tensor MoveAxis(int from, int to)
        {
            (from, to) = (Shape.Axis(from, "MoveAxis"), Shape.Axis(to, "MoveAxis"));
            if (from == to) return this;
            var order = new List<int>(Rank);
            for (var k = 0; k < Rank; k++) if (k != from) order.Add(k);
            order.Insert(to, from);
            return Permute([.. order]);
        }
    }
}
