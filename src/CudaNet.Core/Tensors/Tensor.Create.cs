using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

public sealed partial class Tensor
{
    /// <summary>A tensor of data in row-major order; the element type is that of <typeparamref name="T"/>.</summary>
    /// <param name="data">The elements; copied.</param>
    /// <param name="shape">Sizes of the axes.</param>
    /// <param name="device">Where; the default device if null.</param>
    /// <exception cref="ShapeException">The data has another number of elements than the shape.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> data, Shape shape, Device? device = null) where T : unmanaged
    {
        if (data.Length != shape.ElementCount)
            throw new ShapeException($"Tensor.From: {data.Length} values do not fill {shape}, which has {shape.ElementCount} elements.");
        return new(Leaf(data, new(shape, DTypes.Of<T>()), device ?? Device.Default));
    }

    /// <inheritdoc cref="From{T}(ReadOnlySpan{T}, Shape, Device?)"/>
    public static Tensor From<T>(T[] data, Shape shape, Device? device = null) where T : unmanaged => From(data.AsSpan(), shape, device);

    /// <summary>A vector.</summary>
    public static Tensor From<T>(params T[] data) where T : unmanaged => From(data.AsSpan(), [data.Length]);

    /// <summary>A matrix.</summary>
    public static Tensor From<T>(T[,] data) where T : unmanaged => FromArray<T>(data);

    /// <summary>A tensor of rank 3.</summary>
    public static Tensor From<T>(T[,,] data) where T : unmanaged => FromArray<T>(data);

    /// <summary>A tensor of rank 4.</summary>
    public static Tensor From<T>(T[,,,] data) where T : unmanaged => FromArray<T>(data);

    /// <summary>A tensor from one of <c>System.Numerics.Tensors</c>.</summary>
    public static Tensor From<T>(System.Numerics.Tensors.Tensor<T> data) where T : unmanaged
    {
        var flat = new T[data.FlattenedLength];
        data.FlattenTo(flat);
        return From(flat, new Shape([.. data.Lengths.ToArray().Select(length => (long)length)]));
    }

    /// <summary>A scalar tensor. Unlike a C# number beside a tensor, its value is data: it may change without a new plan.</summary>
    public static Tensor Scalar<T>(T value) where T : unmanaged => From([value], Shape.Scalar);

    /// <summary>All elements 0.</summary>
    public static Tensor Zeros(Shape shape, DType type = DType.Float32, Device? device = null) => Full(shape, 0, type, device);

    /// <summary>All elements 1.</summary>
    public static Tensor Ones(Shape shape, DType type = DType.Float32, Device? device = null) => Full(shape, 1, type, device);

    /// <summary>All elements equal to a number; no memory is used until it is read.</summary>
    public static Tensor Full(Shape shape, Scalar value, DType type = DType.Float32, Device? device = null) =>
        new Tensor(new Node(new Literal(value, type), [], new(Shape.Scalar, type), device ?? Device.Default)).ExpandTo(shape);

    /// <summary>Zeros of this tensor's shape, type and device.</summary>
    public Tensor ZerosLike() => Zeros(Shape, DType, Device);

    /// <summary>Ones of this tensor's shape, type and device.</summary>
    public Tensor OnesLike() => Ones(Shape, DType, Device);

    private static Tensor FromArray<T>(Array data) where T : unmanaged
    {
        var flat = new T[data.Length];
        var i = 0;
        foreach (T value in data) flat[i++] = value;
        return From(flat, new Shape([.. Enumerable.Range(0, data.Rank).Select(axis => data.GetLongLength(axis))]));
    }

    internal static Node Leaf<T>(ReadOnlySpan<T> data, TensorType type, Device device) where T : unmanaged
    {
        var buffer = device.Backend.Memory.Allocate(Math.Max(1, type.Shape.ElementCount) * type.DType.Size());
        device.Backend.CopyToDevice(System.Runtime.InteropServices.MemoryMarshal.AsBytes(data), buffer.Pointer);
        return new(buffer, type, device);
    }
}
