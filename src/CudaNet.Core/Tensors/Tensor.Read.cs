using System.Globalization;
using System.Runtime.InteropServices;
using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet;

public sealed partial class Tensor
{
    /// <summary>The elements in row-major order, computed if they are not yet.</summary>
    /// <exception cref="DTypeException">The element type is not that of <typeparamref name="T"/>; use <see cref="To(DType)"/> first.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        var values = new T[Shape.ElementCount];
        CopyTo<T>(values);
        return values;
    }

    /// <summary>Copies the elements in row-major order into a span of at least as many.</summary>
    /// <exception cref="DTypeException">The element type is not that of <typeparamref name="T"/>.</exception>
    public void CopyTo<T>(Span<T> destination) where T : unmanaged
    {
        if (DTypes.Of<T>() != DType)
            throw new DTypeException($"Tensor.ToArray: the elements are {DType.ShortName()}, not {typeof(T).Name}. Use .To(DType.{DTypes.Of<T>()}) first.");
        if (destination.Length < ElementCount)
            throw new ShapeException($"Tensor.CopyTo: {ElementCount} elements do not fit into a span of {destination.Length}.");
        CopyBytesTo(MemoryMarshal.AsBytes(destination[..(int)ElementCount]));
    }

    /// <summary>Copies the elements' bytes in row-major order.</summary>
    internal void CopyBytesTo(Span<byte> destination)
    {
        Realize();
        var buffer = Node.Buffer!;
        Device.Backend.CopyToHost(buffer.Pointer, destination);
        GC.KeepAlive(buffer);
    }

    /// <summary>The one element.</summary>
    /// <exception cref="ShapeException">There is not exactly one.</exception>
    public T Item<T>() where T : unmanaged => ElementCount == 1
        ? ToArray<T>()[0]
        : throw new ShapeException($"Tensor.Item: {Shape} has {ElementCount} elements, not one. Reduce or index it first.");

    /// <summary>The one element as a double, whatever the element type.</summary>
    /// <exception cref="ShapeException">There is not exactly one.</exception>
    public double Item() => ElementCount == 1
        ? ToDoubles()[0]
        : throw new ShapeException($"Tensor.Item: {Shape} has {ElementCount} elements, not one. Reduce or index it first.");

    /// <summary>The elements as doubles in row-major order, whatever the element type.</summary>
    public double[] ToDoubles() => DType switch
    {
        DType.Float32 => Array.ConvertAll(ToArray<float>(), v => (double)v),
        DType.Float64 => ToArray<double>(),
        DType.Int32 => Array.ConvertAll(ToArray<int>(), v => (double)v),
        DType.Int64 => Array.ConvertAll(ToArray<long>(), v => (double)v),
        DType.UInt8 => Array.ConvertAll(ToArray<byte>(), v => (double)v),
        DType.Bool => Array.ConvertAll(ToArray<bool>(), v => v ? 1.0 : 0.0),
        DType.Float16 => Array.ConvertAll(ToArray<Half>(), v => (double)v),
        _ => Array.ConvertAll(ToArray<BFloat16>(), v => (double)(float)v),
    };

    /// <summary>The elements as a tensor of <c>System.Numerics.Tensors</c>.</summary>
    /// <exception cref="DTypeException">The element type is not that of <typeparamref name="T"/>.</exception>
    public System.Numerics.Tensors.Tensor<T> ToSystemTensor<T>() where T : unmanaged =>
        System.Numerics.Tensors.Tensor.Create(ToArray<T>(), [.. Shape.Select(size => (nint)size)]);

    /// <summary>The values in nested brackets, shortened in the middle where they are many, then type and shape.</summary>
    public override string ToString()
    {
        if (Trace.Current is not null) return Node.ToString();
        return TensorText.Format(this);
    }
}
