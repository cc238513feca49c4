using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A descriptor of the graph API: what cuDNN 9 calls its main way, and 8 has as well. Attributes are set, then it is
/// finalised, then it can be used by others.</summary>
public sealed unsafe class CudnnBackendDescriptor : IDisposable
{
    private readonly Handle _handle;
    private readonly List<object> _used = [];

    /// <summary>Makes an empty one.</summary>
    /// <exception cref="CudaLibraryException">cuDNN is not installed.</exception>
    public CudnnBackendDescriptor(CudnnBackendDescriptorType type)
    {
        Type = type;
        _handle = new(type);
    }

    /// <summary>What it describes.</summary>
    public CudnnBackendDescriptorType Type { get; }

    /// <summary>Sets whole numbers.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, params ReadOnlySpan<long> values) => SetValues(attribute, CudnnBackendType.Int64, values);

    /// <summary>Sets a number in single precision.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, float value) => SetValues(attribute, CudnnBackendType.Float, [value]);

    /// <summary>Sets a number in double precision.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, double value) => SetValues(attribute, CudnnBackendType.Double, [value]);

    /// <summary>Sets a truth value.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, bool value) => SetValues(attribute, CudnnBackendType.Boolean, [value ? (byte)1 : (byte)0]);

    /// <summary>Sets a type of values.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, CudnnDataType value) => SetValues(attribute, CudnnBackendType.DataType, [value]);

    /// <summary>Sets whether filters are flipped.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, CudnnConvolutionMode value) => SetValues(attribute, CudnnBackendType.ConvolutionMode, [value]);

    /// <summary>Sets a pointwise operation.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, CudnnPointwiseMode value) => SetValues(attribute, CudnnBackendType.PointwiseMode, [value]);

    /// <summary>Sets a reduction.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, CudnnReduction value) => SetValues(attribute, CudnnBackendType.ReductionOperatorType, [value]);

    /// <summary>Sets how engines are looked for.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, CudnnHeuristicMode value) => SetValues(attribute, CudnnBackendType.HeurMode, [value]);

    /// <summary>Sets addresses, of device memory or of scalars on the host.</summary>
    public CudnnBackendDescriptor SetPointers(CudnnBackendAttribute attribute, params ReadOnlySpan<nint> values) => SetValues(attribute, CudnnBackendType.VoidPtr, values);

    /// <summary>Sets the library.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, CudnnHandle cudnn)
    {
        using var handle = cudnn.Use();
        _used.Add(cudnn);
        return SetValues(attribute, CudnnBackendType.Handle, [handle.Value]);
    }

    /// <summary>Sets other descriptors, which are kept as long as this one.</summary>
    public CudnnBackendDescriptor Set(CudnnBackendAttribute attribute, params ReadOnlySpan<CudnnBackendDescriptor> values)
    {
        var pointers = new nint[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            using var other = values[i]._handle.Use();
            pointers[i] = other;
            _used.Add(values[i]);
        }
        return SetValues(attribute, CudnnBackendType.BackendDescriptor, pointers.AsSpan());
    }

    /// <summary>Sets values of any other type.</summary>
    public CudnnBackendDescriptor SetValues<T>(CudnnBackendAttribute attribute, CudnnBackendType type, params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        using var descriptor = _handle.Use();
        fixed (T* pointer = values) CudnnApi.cudnnBackendSetAttribute(descriptor, attribute, type, values.Length, pointer).Check($"{Type}.{attribute}");
        return this;
    }

    /// <summary>Values of an attribute, as many as there are up to a count.</summary>
    public T[] GetValues<T>(CudnnBackendAttribute attribute, CudnnBackendType type, int count = 1)
        where T : unmanaged
    {
        using var descriptor = _handle.Use();
        var values = new T[count];
        long found;
        fixed (T* pointer = values) CudnnApi.cudnnBackendGetAttribute(descriptor, attribute, type, count, &found, pointer).Check($"{Type}.{attribute}");
        return values[..(int)Math.Min(found, count)];
    }

    /// <summary>Fills descriptors that were made for it with an attribute's values; tells how many.</summary>
    public int GetDescriptors(CudnnBackendAttribute attribute, ReadOnlySpan<CudnnBackendDescriptor> into)
    {
        using var descriptor = _handle.Use();
        var pointers = new nint[into.Length];
        for (var i = 0; i < into.Length; i++)
        {
            using var other = into[i]._handle.Use();
            pointers[i] = other;
        }
        long found;
        fixed (nint* pointer = pointers)
            CudnnApi.cudnnBackendGetAttribute(descriptor, attribute, CudnnBackendType.BackendDescriptor, into.Length, &found, pointer).Check($"{Type}.{attribute}");
        return (int)Math.Min(found, into.Length);
    }

    /// <summary>Ends setting; the library checks it now.</summary>
    /// <exception cref="CudnnException">It is not complete, or not supported.</exception>
    public CudnnBackendDescriptor Complete()
    {
        using var descriptor = _handle.Use();
        CudnnApi.cudnnBackendFinalize(descriptor).Check(Type.ToString());
        return this;
    }

    /// <summary>Describes a tensor and completes it.</summary>
    /// <param name="id">By which its memory is named at execution.</param>
    /// <param name="type">Of its values.</param>
    /// <param name="dimensions">Its sizes.</param>
    /// <param name="strides">Its strides.</param>
    /// <param name="isVirtual">True for an intermediate result that needs no memory.</param>
    /// <param name="alignment">Of its memory in bytes.</param>
    public static CudnnBackendDescriptor Tensor(long id, CudnnDataType type, ReadOnlySpan<long> dimensions, ReadOnlySpan<long> strides, bool isVirtual = false, int alignment = 16) =>
        new CudnnBackendDescriptor(CudnnBackendDescriptorType.Tensor)
            .Set(CudnnBackendAttribute.TensorUniqueId, id)
            .Set(CudnnBackendAttribute.TensorDataType, type)
            .Set(CudnnBackendAttribute.TensorByteAlignment, alignment)
            .Set(CudnnBackendAttribute.TensorDimensions, dimensions)
            .Set(CudnnBackendAttribute.TensorStrides, strides)
            .Set(CudnnBackendAttribute.TensorIsVirtual, isVirtual)
            .Complete();

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class Handle : NativeHandle
    {
        public Handle(CudnnBackendDescriptorType type)
        {
            nint descriptor;
            CudnnApi.cudnnBackendCreateDescriptor(type, &descriptor).Check(type.ToString());
            Own(descriptor);
        }

        protected override bool ReleaseHandle() => CudnnApi.cudnnBackendDestroyDescriptor(handle) == CudnnStatus.Success;
    }
}
