namespace CudaNet.Ops
{
    /// <summary>Images sampled along affine maps and normalised: pixel (y, x) of the result is scale·v + shift, where v lies between the four
    /// pixels around (d·x + e·y + f, a·x + b·y + c) of the image. Inputs: images [batch, channels, height, width], floating or bytes; maps
    /// [batch, 6], a to f of each; then scale and shift [channels], both or none. Maps, scale and shift are Float32, Float64 for images in
    /// Float64. The result is [batch, channels, <paramref name="Height"/>, <paramref name="Width"/>] of the images' type, Float32 for bytes.</summary>
    /// <param name="Height">Rows of the result.</param>
    /// <param name="Width">Columns of the result.</param>
    /// <param name="Padding">What lies outside of an image.</param>
    /// <remarks>Jaderberg, Simonyan, Zisserman, Kavukcuoglu 2015: torch's <c>affine_grid</c> and <c>grid_sample</c> in one, in pixels. What is augmented is
    /// read once and written once, however many moves its map is made of.</remarks>
    public sealed record AffineSample(long Height, long Width, SamplePadding Padding) : Composite<AffineSample>, IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "AffineSample",
            Formula = "y[i, j] = s·((1 − v)·((1 − u)·x[⌊q⌋, ⌊p⌋] + u·x[⌊q⌋, ⌊p⌋ + 1]) + v·(…)) + t; p = a·j + b·i + c, q = d·j + e·i + f, u = p − ⌊p⌋, v = q − ⌊q⌋",
            ToleranceScale = 16, // places up to 16 are rounded thrice, between pixels that differ by up to 6
            Samples =
            [
                Of("turned", [2, 3, 5, 7], 5, 7), Of("larger", [2, 1, 4, 5], 9, 6), Of("smaller", [1, 2, 9, 8], 3, 4), Of("one pixel", [2, 1, 1, 1], 3, 2),
                Of("a row", [1, 2, 1, 9], 1, 9), Of("more than a block of columns", [1, 1, 3, 300], 2, 301), Of("no images", [0, 3, 4, 4], 4, 4), Of("no channels", [2, 0, 4, 4], 4, 4),
                Of("border", [2, 3, 5, 7], 5, 7, SamplePadding.Border), Of("border, larger", [2, 1, 4, 5], 9, 6, SamplePadding.Border),
                Of("normalised", [2, 3, 5, 7], 5, 7, normalised: true), Of("normalised, border", [2, 3, 4, 4], 6, 6, SamplePadding.Border, normalised: true),
                Of("transposed", [2, 3, 5, 7], 5, 7, view: SampleView.Transposed), Of("flipped", [2, 3, 5, 7], 5, 7, view: SampleView.Flipped),
                new("bytes", [new([2, 3, 5, 7], Domain.Integers(0, 255), Type: DType.UInt8), Maps(2), new([3], new(0.004, 0.02)), new([3], Domain.Any)],
                    x => x[0].AffineSample(x[1], 5, 7, x[2], x[3])) { SumLength = 4, Differentiable = false }, // in Float32, whatever the maps were
                // The image itself: places that are whole, the last row and column too.
                new("identity", [new([2, 3, 5, 7], Domain.Any)], x => x[0].AffineSample(Tensor.From([1f, 0, 0, 0, 1, 0], [1, 6], x[0].Device).ExpandTo([2, 6]), 5, 7)) { Differentiable = false },
                new("nowhere", [new([1, 2, 3, 3], Domain.Any), new([1, 6], new(0, 0) { Special = [double.NaN, 0, 0, 1, double.PositiveInfinity, 1e30] })], x => x[0].AffineSample(x[1], 2, 2)) { Differentiable = false },
            ],
            Refusals =
            [
                new("no image", () => Tensor.Zeros([3, 4]).AffineSample(Tensor.Zeros([3, 6]), 4, 4), @"images \[3, 4\].*\[batch, channels, height, width\]"),
                new("an image without pixels", () => Tensor.Zeros([1, 3, 0, 4]).AffineSample(Tensor.Zeros([1, 6]), 4, 4), @"\[1, 3, 0, 4\].*at least one pixel"),
                new("maps of another batch", () => Tensor.Zeros([2, 3, 4, 4]).AffineSample(Tensor.Zeros([1, 6]), 4, 4), @"maps are \[1, 6\].*\[2, 6\]"),
                new("a size of zero", () => Tensor.Zeros([2, 3, 4, 4]).AffineSample(Tensor.Zeros([2, 6]), 0, 4), "size is 0 x 4.*1 or more"),
                new("a scale of other channels", () => Tensor.Zeros([2, 3, 4, 4]).AffineSample(Tensor.Zeros([2, 6]), 4, 4, Tensor.Ones([4]), Tensor.Zeros([3])), @"scale is \[4\].*\[3\]"),
                new("a shift alone", () => Tensor.Zeros([2, 3, 4, 4]).AffineSample(Tensor.Zeros([2, 6]), 4, 4, shift: Tensor.Zeros([3])), "scale and shift"),
                new("whole numbers", () => Tensor.Zeros([2, 3, 4, 4], DType.Int64).AffineSample(Tensor.Zeros([2, 6]), 4, 4), "i64.*floating"),
            ],
        };

        /// <inheritdoc/>
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs)
        {
            var (x, maps) = (inputs[0], inputs[1]);
            if (x.Shape.Rank != 4) throw new ShapeException($"{Name}: images {x.Shape} must be [batch, channels, height, width].");
            if (x.Shape[2] == 0 || x.Shape[3] == 0) throw new ShapeException($"{Name}: images {x.Shape} must have at least one pixel.");
            if (Height < 1 || Width < 1) throw new ShapeException($"{Name}: the size is {Height} x {Width}. Give 1 or more rows and columns.");
            if (!x.DType.IsFloating() && x.DType != DType.UInt8) throw new DTypeException($"{Name}: images are {x}; they must be floating, or bytes. Convert them with To(DType.Float32).");
            if (maps.Shape != new Shape(x.Shape[0], 6)) throw new ShapeException($"{Name}: the maps are {maps.Shape}; for images {x.Shape} they must be [{x.Shape[0]}, 6].");
            for (var k = 2; k < inputs.Length; k++)
                if (inputs[k].Shape != new Shape(x.Shape[1])) throw new ShapeException($"{Name}: the {(k == 2 ? "scale" : "shift")} is {inputs[k].Shape}; for images {x.Shape} it must be [{x.Shape[1]}].");
            foreach (var input in inputs[1..])
                if (input.DType != NumbersOf(x.DType)) throw new DTypeException($"{Name}: beside {x} there must be {NumbersOf(x.DType).ShortName()}, not {input}. The Tensor method converts.");
            return new([x.Shape[0], x.Shape[1], Height, Width], x.DType == DType.UInt8 ? DType.Float32 : x.DType);
        }

        /// <inheritdoc/>
        public override Tensor Decompose(IReadOnlyList<Tensor> inputs)
        {
            var (images, maps) = (inputs[0].Floating().Widened(), inputs[1]);
            long batch = images.Shape[0], channels = images.Shape[1], height = images.Shape[2], width = images.Shape[3];
            var column = Tensor.Arange(0, Width, 1, DType.Int64, images.Device).To(maps.DType).Reshape([1, 1, Width]);
            var row = Tensor.Arange(0, Height, 1, DType.Int64, images.Device).To(maps.DType).Reshape([1, Height, 1]);
            Tensor Number(int k) => maps.Narrow(1, k, 1).Unsqueeze(2);
            Tensor p = Number(0) * column + (Number(1) * row + Number(2)), q = Number(3) * column + (Number(4) * row + Number(5));
            if (Padding == SamplePadding.Border) (p, q) = (p.Clamp(0, width - 1), q.Clamp(0, height - 1));
            Tensor left = p.Floor(), top = q.Floor(), u = p - left, v = q - top;
            var pixels = images.Reshape([batch, channels, height * width]);
            // What lies outside is neither read nor multiplied: a place may be NaN, and so may the pixel that is read instead.
            Tensor Corner(int down, int right)
            {
                Tensor y = top + down, x = left + right, weight = (down == 0 ? 1 - v : v) * (right == 0 ? 1 - u : u);
                var inside = (y >= 0) & (y <= height - 1) & (x >= 0) & (x <= width - 1);
                var place = inside.Where(y, 0).To(DType.Int64) * width + inside.Where(x, 0).To(DType.Int64);
                var value = pixels.Gather(place.Reshape([batch, 1, Height * Width]).ExpandTo([batch, channels, Height * Width]), 2).Reshape([batch, channels, Height, Width]);
                return inside.Unsqueeze(1).Where(value * weight.Unsqueeze(1), 0);
            }

            var sum = Corner(0, 0) + Corner(0, 1) + (Corner(1, 0) + Corner(1, 1));
            if (inputs.Count > 2) sum = sum * inputs[2].Reshape([channels, 1, 1]) + inputs[3].Reshape([channels, 1, 1]);
            return sum.To(inputs[0].DType == DType.UInt8 ? DType.Float32 : inputs[0].DType);
        }

        /// <inheritdoc/>
        public override long Flops(ReadOnlySpan<TensorType> inputs, TensorType output) => 8 * output.Shape.ElementCount;

        /// <summary>The type of maps, scale and shift beside images of a type.</summary>
        internal static DType NumbersOf(DType images) => images == DType.Float64 ? DType.Float64 : DType.Float32;

        private static SampleInput Maps(long batch) => new([batch, 6], new(-1.4, 1.4));

        private static Sample Of(string name, Shape shape, long height, long width, SamplePadding padding = SamplePadding.Zeros, bool normalised = false, SampleView view = SampleView.Contiguous)
        {
            // The offset brings an image's middle into the result. Drawn maps meet no whole place, where the slope jumps.
            SampleInput[] inputs = [new(shape, Domain.Any, view), Maps(shape[0]), .. normalised ? (SampleInput[])[new([shape[1]], Domain.Positive), new([shape[1]], Domain.Any)] : []];
            return new(name, inputs, x => x[0].AffineSample(x[1] + Tensor.From([0.0, 0, shape[3] / 2.3, 0, 0, shape[2] / 2.3], [1, 6], x[0].Device).To(x[1].DType), height, width, normalised ? x[2] : null, normalised ? x[3] : null, padding)) { SumLength = 4 };
        }
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    public partial class Tensor
    {
        /// <summary>Images [batch, channels, height, width] sampled along affine maps, between the four pixels around each place, and normalised: a move, a
        /// turn, a flip, a crop, or all of them, in one pass. Bytes become Float32.</summary>
        /// <param name="maps">[batch, 6], a to f: pixel (y, x) of the result comes from row d·x + e·y + f and column a·x + b·y + c.</param>
        /// <param name="height">Rows of the result.</param>
        /// <param name="width">Columns of the result.</param>
        /// <param name="scale">[channels]: multiplies the result; null, then with <paramref name="shift"/>, for 1.</param>
        /// <param name="shift">[channels]: added to the result.</param>
        /// <param name="padding">What lies outside of an image, before scale and shift.</param>
        /// <returns>[batch, channels, height, width].</returns>
        /// <exception cref="ShapeException">Shapes do not fit, or an image has no pixel.</exception>
        /// <exception cref="DTypeException">The images are neither floating nor bytes.</exception>
        public Tensor AffineSample(Tensor maps, long height, long width, Tensor? scale = null, Tensor? shift = null, SamplePadding padding = SamplePadding.Zeros)
        {
            if (scale is null != shift is null) throw new ShapeException("AffineSample: scale and shift go together. Give ones or zeros for the other.");
            var type = Ops.AffineSample.NumbersOf(DType);
            Tensor[] inputs = scale is null ? [this, maps.To(type)] : [this, maps.To(type), scale.To(type), shift!.To(type)];
            return new AffineSample(height, width, padding).Apply(inputs);
        }
    }
}
