using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet;

public sealed partial class Tensor
{
    /// <summary>A copy on another device, made at once by way of host memory; this tensor if it is there already. No
    /// gradient flows through it: move data and parameters, not intermediate results.</summary>
    /// <exception cref="DeviceException">No backend for that device is installed.</exception>
    public Tensor To(Device device)
    {
        if (device == Device) return this;
        _ = device.Backend; // refuse an unknown device before anything is computed
        var bytes = new byte[ElementCount * DType.Size()];
        CopyBytesTo(bytes);
        return FromBytes(bytes, Shape, DType, device);
    }

    /// <summary>A tensor of raw elements in row-major order, for readers of files.</summary>
    /// <exception cref="ShapeException">The bytes are not as many as the elements need.</exception>
    public static Tensor FromBytes(ReadOnlySpan<byte> bytes, Shape shape, DType type, Device? device = null)
    {
        if (bytes.Length != shape.ElementCount * type.Size())
            throw new ShapeException($"Tensor.FromBytes: {bytes.Length} bytes do not fill {type.ShortName()}{shape}, which needs {shape.ElementCount * type.Size()}.");
        return new(Leaf(bytes, new(shape, type), device ?? Device.Default));
    }

    /// <summary>The elements' bytes in row-major order, for writers of files.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[ElementCount * DType.Size()];
        CopyBytesTo(bytes);
        return bytes;
    }
}
