namespace CudaNet.Ops
{
    /// <summary>Evenly spaced numbers with a given distance, from <see cref="Iota"/>.</summary>
    internal sealed class Arange : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Arange",
            Formula = "y[i] = start + i·step < stop",
            DTypes = [DType.Float32],
            GradientOrder = 0,
            Samples =
            [
                new("integers", [], _ => Tensor.Arange(7)), new("from start", [], _ => Tensor.Arange(3, 9)), new("step", [], _ => Tensor.Arange(1, 10, 3)),
                new("backwards", [], _ => Tensor.Arange(5, -1, -2)), new("floating", [], _ => Tensor.Arange(0.0, 1.0, 0.25)),
                new("nothing", [], _ => Tensor.Arange(3, 3)), new("double", [], _ => Tensor.Arange(-1.5, 2.0, 0.5, DType.Float64)),
                new("half", [], _ => Tensor.Arange(0.0, 5.0, 1.0, DType.Float16)),
            ],
            Refusals =
            [
                new("step 0", () => Tensor.Arange(0, 3, 0), "step 0"), new("a step away from the stop", () => Tensor.Arange(0, 3, -1), "never reaches"),
                new("not a number", () => Tensor.Arange(0.0, double.NaN, 1.0), "NaN"),
            ],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>0, 1, …, stop − 1 as Int64.</summary>
        /// <exception cref="ShapeException">stop is negative.</exception>
        public static Tensor Arange(long stop) => Arange(0, stop);

        /// <summary>start, start + step, … below stop (above it for a negative step).</summary>
        /// <exception cref="ShapeException">The step is 0 or leads away from stop.</exception>
        public static Tensor Arange(long start, long stop, long step = 1, DType type = DType.Int64, Device? device = null)
        {
            CheckStep(stop - (double)start, step);
            var length = step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step;
            if (type is DType.Float16 or DType.BFloat16) return Arange(start, stop, step, DType.Float32, device).To(type);
            var numbers = Iota(length, type, device);
            if (step != 1) numbers *= step;
            return start == 0 ? numbers : numbers + start;
        }

        /// <summary>start, start + step, … below stop (above it for a negative step). Computed in Float64, then rounded once.</summary>
        /// <exception cref="ShapeException">The step is 0, leads away from stop, or a number is not finite.</exception>
        public static Tensor Arange(double start, double stop, double step = 1, DType type = DType.Float32, Device? device = null)
        {
            CheckStep(stop - start, step);
            var length = (long)Math.Ceiling((stop - start) / step);
            return (Iota(length, DType.Float64, device) * step + start).To(type);
        }

        private static void CheckStep(double span, double step)
        {
            if (step == 0) throw new ShapeException("Arange: step 0 never reaches the stop. Use a positive or negative step.");
            if (!double.IsFinite(span) || !double.IsFinite(step)) throw new ShapeException($"Arange: a span of {span} with step {step} has no end (NaN or infinite).");
            if (span * step < 0) throw new ShapeException($"Arange: step {step} never reaches the stop, which lies {span} from the start.");
        }
    }
}
