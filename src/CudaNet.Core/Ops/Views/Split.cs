namespace CudaNet.Ops
{
    /// <summary>An axis cut into parts, each a <see cref="Slice"/>.</summary>
    internal sealed class Split : IOpDefinition
    {
        /// <inheritdoc/>
        public static OpDefinition Entry { get; } = new()
        {
            Name = "Split",
            Formula = "x cut along an axis into parts of given sizes",
            DTypes = DTypes.All,
            Samples =
            [
                new("equal parts", [new([6, 2], Domain.Any)], x => x[0].Split(2)[1]),
                new("a shorter last part", [new([7], Domain.Any)], x => x[0].Split(3)[^1]),
                new("given sizes", [new([3, 7], Domain.Any)], x => x[0].Split([2, 0, 5], 1)[2]),
                new("empty part", [new([3, 7], Domain.Any)], x => x[0].Split([2, 0, 5], 1)[1]),
                new("of a view", [new([4, 6], Domain.Any, SampleView.Flipped)], x => x[0].Split(4, -1)[0]),
                new("chunks", [new([7, 2], Domain.Any)], x => x[0].Chunk(3)[2]),
                new("unbound", [new([3, 5], Domain.Any)], x => x[0].Unbind(1)[4]),
            ],
            Refusals =
            [
                new("sizes that do not add up", () => Tensor.Zeros([7]).Split([2, 4])[0], @"Split: the sizes \[2, 4\] add up to 6, axis 0 of \[7\] has 7"),
                new("a size of 0", () => Tensor.Zeros([7]).Split(0)[0], "size 0"),
                new("no chunks", () => Tensor.Zeros([7]).Chunk(0)[0], "0 chunks"),
                Samples.BadAxis(x => x.Split(1, 2)[0]),
            ],
        };
    }
}

namespace CudaNet
{
    public partial class Tensor
    {
        /// <summary>Views of parts of <paramref name="size"/> elements along an axis; the last may be shorter.</summary>
        /// <exception cref="ShapeException">The size is less than 1.</exception>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor[] Split(long size, int axis = 0)
        {
            if (size < 1) throw new ShapeException($"Split: parts of size {size} never reach the end. The size must be 1 or more.");
            axis = AxisToCut(axis, "Split");
            var parts = new Tensor[Math.Max(1, (Shape[axis] + size - 1) / size)];
            for (var k = 0; k < parts.Length; k++) parts[k] = Narrow(axis, k * size, Math.Min(size, Shape[axis] - k * size));
            return parts;
        }

        /// <summary>Views of parts of given sizes along an axis.</summary>
        /// <exception cref="ShapeException">The sizes do not add up to that of the axis.</exception>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor[] Split(ReadOnlySpan<long> sizes, int axis = 0)
        {
            axis = AxisToCut(axis, "Split");
            long sum = 0;
            foreach (var size in sizes) sum += size;
            if (sum != Shape[axis])
                throw new ShapeException($"Split: the sizes [{string.Join(", ", sizes.ToArray())}] add up to {sum}, axis {axis} of {Shape} has {Shape[axis]} elements.");
            var parts = new Tensor[sizes.Length];
            long start = 0;
            for (var k = 0; k < parts.Length; k++)
            {
                parts[k] = Narrow(axis, start, sizes[k]);
                start += sizes[k];
            }
            return parts;
        }

        /// <summary>Views of at most so many parts of equal size along an axis; the last may be shorter, as in PyTorch.</summary>
        /// <exception cref="ShapeException">The count is less than 1.</exception>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor[] Chunk(int count, int axis = 0)
        {
            if (count < 1) throw new ShapeException($"Chunk: {count} chunks. The count must be 1 or more.");
            axis = AxisToCut(axis, "Chunk");
            return Split(Math.Max(1, (Shape[axis] + count - 1) / count), axis);
        }

        /// <summary>Views of all elements along an axis, which is dropped.</summary>
        /// <exception cref="AxisException">The axis is out of range.</exception>
        public Tensor[] Unbind(int axis = 0)
        {
            axis = AxisToCut(axis, "Unbind");
            var parts = new Tensor[Shape[axis]];
            for (var k = 0; k < parts.Length; k++) parts[k] = Select(axis, k);
            return parts;
        }

        private int AxisToCut(int axis, string operation) =>
            Rank > 0 ? Shape.Axis(axis, operation) : throw new AxisException($"{operation}: a scalar has no axis to cut.");
    }
}
