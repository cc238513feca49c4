using CudaNet.Autodiff;

namespace CudaNet.Ops
{
    /// <summary>aᵇ. Integers: by squaring, wrapping; a negative exponent gives 0 unless |a| is 1.</summary>
    public sealed record Pow : Elementwise<Pow>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Pow",
            Formula = "aᵇ",
            DTypes = DTypes.Numeric,
            ToleranceScale = 4, // the relative error of aᵇ is |b·ln a| times that of the logarithm
            Samples =
            [
                .. Samples.Binary((a, b) => a.Pow(b), Domain.Positive, new(-2, 3)),
                .. Samples.Unary(x => x.Pow(2), extremes: false),
                .. Samples.Unary(x => x.Pow(3), extremes: false),
                .. Samples.Unary(x => x.Pow(1.7), Domain.Positive),
                new("whole exponent of a negative base", [new([9], Domain.NonZero)], x => x[0].Pow(5)),
                new("zero to the power of zero", [new([5], Domain.Any)], x => (x[0] * 0).Pow(x[0] * 0)) { Differentiable = false },
            ],
            Refusals =
            [
                Samples.MismatchedShapes((a, b) => a.Pow(b)),
                new("an integer to a negative power", () => Tensor.Ones([2], DType.Int32).Pow(-1), "Pow: .*negative power.*To\\(DType"),
                new("Bool", () => Tensor.Ones([2], DType.Bool).Pow(Tensor.Ones([2], DType.Bool)), "Pow: .*Bool"),
            ],
        };

        /// <inheritdoc/>
        protected override DType ResultType(DType input) => input != DType.Bool
            ? input
            : throw new DTypeException("Pow: Bool has no powers. Use .To(DType.Int32) first.");

        /// <inheritdoc/>
        public override Precision Precision => Precision.Full;

        /// <inheritdoc/>
        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var (a, b, upstream) = (context.Inputs[0], context.Inputs[1], context.Upstream);
            Tensor? left = null, right = null;
            if (context.Needs[0])
                // A known exponent stays known, so that the next derivative finds its short cuts.
                left = b.KnownValue() is { } power
                    ? upstream * power * a.Pow(power - 1)
                    : (b.Eq(0)).Where(0, upstream * b * a.Pow(b - 1));
            if (context.Needs[1])
                right = (a.Eq(0) & (b >= 0)).Where(0, upstream * context.Output * a.Log());
            return [left, right];
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>This tensor to the power of another, element by element, with broadcasting and type promotion.</summary>
        /// <exception cref="DTypeException">Both are Bool.</exception>
        public Tensor Pow(Tensor exponent) => Elementwise.Binary(new Pow(), this, exponent);

        /// <summary>This tensor to a power that is known now; 2, 3, ½, −½ and −1 become products, roots and quotients.</summary>
        /// <exception cref="DTypeException">An integer tensor to a negative power.</exception>
        public Tensor Pow(Scalar exponent)
        {
            var type = exponent.PromoteWith(DType);
            if (type.IsInteger() && exponent.Value < 0)
                throw new DTypeException($"Pow: {type.ShortName()} cannot be raised to the negative power {exponent}. Use .To(DType.Float32) first.");
            if (type == DType) // the short cuts do not promote
                switch (exponent.Value)
                {
                    case 0: return OnesLike();
                    case 1: return this;
                    case 2: return Square();
                    case 3: return this * this * this;
                    case 0.5 when type.IsFloating(): return Sqrt();
                    case -0.5 when type.IsFloating(): return Rsqrt();
                    case -1 when type.IsFloating(): return Reciprocal();
                }
            return Elementwise.Binary(new Pow(), this, exponent);
        }
    }
}
