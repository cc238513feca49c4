namespace CudaNet.Ops
{
    /// <summary>Standard deviation.</summary>
    internal sealed class Std : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Std",
            Formula = "√variance along axes",
            DTypes = DTypes.Numeric,
            Samples =
            [
                .. Samples.Reduction((x, axes, keep) => x.Std(axes, keepDims: keep), sizeOne: false),
                new("without correction", [new([3, 7], Domain.Any)], x => x[0].Std(1, correction: 0)),
                new("one element, with correction", [new([3, 1], Domain.Any)], x => x[0].Std(1)) { Differentiable = false },
            ],
            Refusals = [Samples.BadAxis(x => x.Std(2)), Samples.RepeatedAxis(x => x.Std([0, -2]))],
        };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Standard deviation along axes (all of them if none is named). Integers give Float32.</summary>
        /// <inheritdoc cref="Var"/>
        public Tensor Std(Axes? axes = null, int correction = 1, bool keepDims = false) =>
            Reductions.Wide(this).Var(axes, correction, keepDims).Sqrt().To(Reductions.Floating(DType));
    }
}
