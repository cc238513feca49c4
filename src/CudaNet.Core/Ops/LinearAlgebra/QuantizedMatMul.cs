using CudaNet.Graphs;

namespace CudaNet.Ops
{
    /// <summary>C[…, i, j] = Σₖ A[…, i, k] · (B[…, k, j] − 128): the product with 8-bit weights before their scales, which the public
    /// method multiplies behind it, where they ride as an epilogue. A and C are Float32 or Float64, B bytes; batch axes are equal.</summary>
    public sealed record QuantizedMatMul : Composite<QuantizedMatMul>, IOpDefinition, IEpilogueAnchor
    {
        /// <summary>The byte that stands for 0: a byte holds a signed number above it.</summary>
        public const int Zero = 128;

        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "QuantizedMatMul",
            Formula = "C[…, i, j] = Σₖ A[…, i, k] · (B[…, k, j] − 128) · scale[j]",
            Samples =
            [
                Of("square", [5, 5], [5, 5]), Of("odd", [3, 7], [7, 5]), Of("one", [1, 1], [1, 1]), Of("wide", [33, 65], [65, 47]),
                Of("a row by rows of weights", [1, 515], [515, 9], SampleView.Contiguous, SampleView.Transposed),
                Of("rows by rows of weights", [6, 131], [131, 7], SampleView.Contiguous, SampleView.Transposed),
                Of("many rows by rows of weights", [37, 70], [70, 33], SampleView.Contiguous, SampleView.Transposed),
                Of("no rows", [0, 3], [3, 2]), Of("no sum", [2, 0], [0, 3]), Of("batch against one", [4, 3, 5], [5, 2]), Of("batch", [4, 3, 5], [4, 5, 2]),
                Of("left transposed", [6, 7], [7, 5], SampleView.Transposed), Of("strided", [6, 7], [7, 5], SampleView.Strided, SampleView.Strided),
                Of("flipped", [6, 7], [7, 5], SampleView.Flipped, SampleView.Flipped), Of("stretched", [6, 7], [7, 5], SampleView.Stretched, SampleView.Stretched),
            ],
            Refusals =
            [
                new("inner sizes that differ", () => Tensor.Zeros([2, 3]).QuantizedMatMul(Tensor.Zeros([4, 5], DType.UInt8), Tensor.Ones([5])), @"left \[2, 3\] has 3, right \[4, 5\] has 4"),
                new("weights that are no bytes", () => Tensor.Zeros([2, 3]).QuantizedMatMul(Tensor.Zeros([3, 5]), Tensor.Ones([5])), @"f32.*QuantizeRows"),
                new("scales of the rows", () => Tensor.Zeros([2, 3]).QuantizedMatMul(Tensor.Zeros([3, 5], DType.UInt8), Tensor.Ones([3, 1])), @"scale is \[3, 1\].*one number a column.*5"),
                new("integers on the left", () => Tensor.Zeros([2, 3], DType.Int32).QuantizedMatMul(Tensor.Zeros([3, 5], DType.UInt8), Tensor.Ones([5])), "i32.*floating"),
                new("a vector", () => Tensor.Zeros([3]).QuantizedMatMul(Tensor.Zeros([3, 5], DType.UInt8), Tensor.Ones([5])), "at least two axes"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => new MatMul().Infer(inputs);

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs) => inputs[0].MatMul(inputs[1].To(inputs[0].DType) - Zero);

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => new MatMul().Flops(inputs, output);

        private static Sample Of(string name, Shape a, Shape b, SampleView left = SampleView.Contiguous, SampleView right = SampleView.Contiguous) =>
            new(name, [new(a, Domain.Any, left), new(b, Domain.Integers(0, 255), right, DType.UInt8), new([b[^1]], new(0.005, 0.01))], x => x[0].QuantizedMatMul(x[1], x[2]))
            {
                SumLength = Math.Max(1, a[^1]),
            };
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Matrix product with a matrix of bytes: this · ((right − 128) · scale). The bytes are read where they lie, so that a few rows
        /// times a large matrix take a quarter of the time that Float32 takes.</summary>
        /// <param name="right">UInt8, […, k, n]: for weights [outputs, inputs] the transposed values of <see cref="QuantizeRows"/>.</param>
        /// <param name="scale">[n] or [1, n]: for weights [outputs, inputs] the transposed scales of <see cref="QuantizeRows"/>.</param>
        /// <returns>[…, m, n] of this tensor's type; sums are in Float32 for half types.</returns>
        /// <exception cref="ShapeException">The inner sizes or the scales do not fit, or the batch axes do not broadcast.</exception>
        /// <exception cref="DTypeException">This is not floating, or right is not of bytes.</exception>
        public Tensor QuantizedMatMul(Tensor right, Tensor scale)
        {
            ArgumentNullException.ThrowIfNull(right);
            ArgumentNullException.ThrowIfNull(scale);
            if (!DType.IsFloating()) throw new DTypeException($"QuantizedMatMul: the left operand is {DType.ShortName()}, but must be floating. Use .To(DType.Float32).");
            if (right.DType != DType.UInt8) throw new DTypeException($"QuantizedMatMul: the right operand is {right.DType.ShortName()}, but must be bytes (u8). QuantizeRows makes them.");
            if (Rank < 2 || right.Rank < 2) throw new ShapeException($"QuantizedMatMul: {Shape} and {right.Shape}: both need at least two axes.");
            if (Shape[^1] != right.Shape[^2])
                throw new ShapeException($"QuantizedMatMul: inner sizes differ: left {Shape} has {Shape[^1]}, right {right.Shape} has {right.Shape[^2]}."
                    + (Shape[^1] == right.Shape[^1] ? " Did you mean right.T?" : ""));
            if (scale.Rank == 0 || scale.Shape[^1] != right.Shape[^1] || scale.ElementCount != right.Shape[^1])
                throw new ShapeException($"QuantizedMatMul: scale is {scale.Shape}, but must have one number a column of right {right.Shape}: {right.Shape[^1]}.");
            if (right.Rank == 2 && Rank > 2)
                // One matrix for all: rows of every batch in one product, which reads it once.
                return Flatten(0, -2).QuantizedMatMul(right, scale).Reshape(Shape.With(Rank - 1, right.Shape[1]));
            var batch = Shape.Broadcast(Shape.Slice(0, Rank - 2), right.Shape.Slice(0, right.Rank - 2), "QuantizedMatMul");
            var left = this.Widened();
            var sums = new QuantizedMatMul().Apply(left.ExpandTo(batch.Concat(Shape.Span[^2..])), right.ExpandTo(batch.Concat(right.Shape.Span[^2..])));
            return (sums * scale.Flatten().To(left.DType)).To(DType);
        }

        /// <summary>Rows as 8-bit numbers: this ≈ (values − 128) · scale, with values in 1 … 255 and a scale for each row of the last axis, so that its
        /// greatest number is ±127.</summary>
        /// <returns>Values as UInt8 of this shape, and scales in Float32 with 1 for the last axis. The error is at most half a scale; a row of zeros has scale 0.</returns>
        /// <exception cref="ShapeException">This is a scalar.</exception>
        public (Tensor Values, Tensor Scale) QuantizeRows()
        {
            const int most = Ops.QuantizedMatMul.Zero - 1;
            if (Rank == 0) throw new ShapeException("QuantizeRows: a scalar has no rows.");
            var x = this.Floating().Widened();
            var scale = x.Abs().Max(-1, keepDims: true) / most;
            var whole = (x / scale.Eq(0).Where(1f, scale)).Round() + Ops.QuantizedMatMul.Zero;
            return (whole.To(DType.UInt8), scale.To(DType.Float32));
        }
    }
}
