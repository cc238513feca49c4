using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Kernels;

/// <summary>The kernels' <c>IndexedAxis</c>: what a tensor of indices points into.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct IndexedAxis(long stride, long size, bool wide)
{
    /// <summary>Elements from one to the next, and how many there are.</summary>
    public long Stride = stride, Size = size;

    /// <summary>1 for indices of 64 bits, 0 for 32.</summary>
    public int Wide = wide ? 1 : 0;
}

/// <summary>What an op with a tensor of indices beside its values walks over: the axes of the indices.</summary>
/// <param name="Sizes">Of the indices.</param>
/// <param name="Indices">Strides of the indices.</param>
/// <param name="Values">Strides of the values, or of the source of a gather.</param>
/// <param name="Target">Strides of the target; those of the values where there is none.</param>
/// <param name="Axis">The axis that indices point into.</param>
/// <param name="Size">Its elements in what they point into.</param>
/// <param name="IsWide">Whether indices have 64 bits.</param>
public sealed record IndexedWalk(long[] Sizes, long[] Indices, long[] Values, long[] Target, int Axis, long Size, bool IsWide)
{
    /// <summary>How many places there are along the axis.</summary>
    public long Length => Sizes[Axis];

    /// <summary>How many rows of places there are.</summary>
    public long Columns => Sizes.Where((_, axis) => axis != Axis).Aggregate(1L, (product, size) => product * size);

    /// <summary>How many indices there are.</summary>
    public long Count => Columns * Length;

    /// <summary>True where a thread for each column is the best that can be had: enough columns, or too few places to be worth more.</summary>
    public bool IsByColumns => Length <= 32 || Columns >= 32768;

    /// <summary>The axes without the indexed one.</summary>
    public KernelAxes ColumnAxes => new AxisWalk(Enumerable.Range(0, Sizes.Length).Where(axis => axis != Axis).Select(axis => new WalkedAxis(Sizes[axis], Indices[axis], Values[axis], Target[axis]))).ToKernel();

    /// <summary>All axes; the target does not move along the indexed one.</summary>
    public KernelAxes AllAxes => new AxisWalk(Sizes.Select((size, axis) => new WalkedAxis(size, Indices[axis], Values[axis], axis == Axis ? 0 : Target[axis]))).ToKernel();

    /// <summary>For the kernels that write the target.</summary>
    public IndexedAxis Written => new(Target[Axis], Size, IsWide);
}
