using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>a where the condition is true, b elsewhere. What is not chosen does not matter, not even NaN.</summary>
    public sealed record Where : Elementwise<Where>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Where",
            Formula = "c ? a : b",
            DTypes = DTypes.All,
            Samples = [.. MakeSamples()],
            Refusals =
            [
                new("a condition that is not Bool", () => Tensor.Zeros([2]).Where(Tensor.Zeros([2]), 0), "Where: the condition is f32, not Bool"),
                new("shapes that do not broadcast", () => Tensor.Zeros([3], DType.Bool).Where(Tensor.Zeros([2]), 0), @"Where: shapes .* do not broadcast"),
            ],
        };

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context) =>
        [
            null,
            context.Needs[1] ? context.Inputs[0].Where(context.Upstream, 0) : null,
            context.Needs[2] ? context.Inputs[0].Where(0, context.Upstream) : null,
        ];

        private static IEnumerable<Sample> MakeSamples()
        {
            static Sample Of(string name, Shape c, Shape a, Shape b, SampleView cv = SampleView.Contiguous, SampleView av = SampleView.Contiguous, Domain? domain = null) =>
                new(name, [new(c, Domain.Mask, cv, DType.Bool), new(a, domain ?? Domain.Any, av), new(b, Domain.Any)], x => x[0].Where(x[1], x[2]))
                {
                    Differentiable = domain is null,
                };
            foreach (var shape in (Shape[])[[7], [3, 5], [], [0], [1], [1037]]) yield return Of($"{shape}", shape, shape, shape);
            yield return Of("row of conditions", [5], [3, 5], [3, 5]);
            yield return Of("column of values", [3, 5], [3, 1], [5]);
            yield return Of("scalar", [2, 3], [], [2, 1]);
            foreach (var view in Enum.GetValues<SampleView>().Skip(1))
            {
                yield return Of($"{view} condition", [3, 5], [3, 5], [3, 5], cv: view);
                yield return Of($"{view} value", [3, 5], [3, 5], [3, 5], av: view);
            }
            yield return Of("extremes", [19], [19], [19], domain: Domain.Extremes);
            yield return new("a number on the right", [new([11], Domain.NonZero)], x => (x[0] > 0).Where(x[0], 1));
            yield return new("a number on the left", [new([11], Domain.NonZero)], x => (x[0] > 0).Where(1, x[0]));
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>The elements of <paramref name="a"/> where this condition is true, of <paramref name="b"/> elsewhere, with
        /// broadcasting and type promotion.</summary>
        /// <exception cref="DTypeException">This tensor is not Bool.</exception>
        public Tensor Where(Tensor a, Tensor b)
        {
            if (DType != DType.Bool)
                throw new DTypeException($"Where: the condition is {DType.ShortName()}, not Bool. Compare first, as in (x > 0).Where(a, b).");
            var type = DTypes.Promote(a.DType, a.Rank == 0, b.DType, b.Rank == 0);
            var shape = Shape.Broadcast(Shape.Broadcast(a.Shape, b.Shape, "Where"), Shape, "Where");
            return new Where().Apply(ExpandTo(shape), a.To(type).ExpandTo(shape), b.To(type).ExpandTo(shape));
        }

        /// <inheritdoc cref="Where(Tensor, Tensor)"/>
        public Tensor Where(Tensor a, Scalar b)
        {
            var (tensor, literal) = a.With(b);
            return Where(tensor, literal);
        }

        /// <inheritdoc cref="Where(Tensor, Tensor)"/>
        public Tensor Where(Scalar a, Tensor b)
        {
            var (tensor, literal) = b.With(a);
            return Where(literal, tensor);
        }

        /// <summary>The elements of <paramref name="a"/> where a condition is true, of <paramref name="b"/> elsewhere.</summary>
        /// <exception cref="DTypeException">The condition is not Bool.</exception>
        public static Tensor Where(Tensor condition, Tensor a, Tensor b) => condition.Where(a, b);
    }
}
