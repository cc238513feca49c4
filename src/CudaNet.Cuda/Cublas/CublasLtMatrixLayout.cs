using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cublas;

/// <summary>How a matrix, or a batch of them, lies in memory.</summary>
public sealed unsafe class CublasLtMatrixLayout : IDisposable
{
    private readonly Handle _handle;

    /// <summary>Describes one.</summary>
    /// <param name="type">Of its values.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="leadingDimension">Values from one column to the next, or from one row to the next in row order.</param>
    /// <param name="order">Column after column, or row after row.</param>
    public CublasLtMatrixLayout(CudaDataType type, long rows, long columns, long leadingDimension, CublasLtOrder order = CublasLtOrder.Column)
    {
        _handle = new(type, rows, columns, leadingDimension);
        if (order != CublasLtOrder.Column) Set(CublasLtLayoutAttribute.Order, (int)order);
    }

    /// <summary>Makes it a batch.</summary>
    /// <param name="count">Matrices.</param>
    /// <param name="stride">Values from one to the next.</param>
    public CublasLtMatrixLayout Batch(int count, long stride)
    {
        Set(CublasLtLayoutAttribute.BatchCount, count);
        Set(CublasLtLayoutAttribute.StridedBatchOffset, stride);
        return this;
    }

    /// <summary>Sets a property; the type of the value has to be the one that the property has.</summary>
    public void Set<T>(CublasLtLayoutAttribute attribute, T value)
        where T : unmanaged
    {
        using var layout = _handle.Use();
        CublasLtApi.cublasLtMatrixLayoutSetAttribute(layout, attribute, &value, (nuint)sizeof(T)).Check($"{attribute} = {value}.");
    }

    /// <summary>A property.</summary>
    public T Get<T>(CublasLtLayoutAttribute attribute)
        where T : unmanaged
    {
        using var layout = _handle.Use();
        T value;
        nuint written;
        CublasLtApi.cublasLtMatrixLayoutGetAttribute(layout, attribute, &value, (nuint)sizeof(T), &written).Check($"{attribute} was asked for.");
        return value;
    }

    /// <summary>Forgets it.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    private sealed class Handle : NativeHandle
    {
        public Handle(CudaDataType type, long rows, long columns, long leadingDimension)
        {
            nint layout;
            CublasLtApi.cublasLtMatrixLayoutCreate(&layout, type, (ulong)rows, (ulong)columns, leadingDimension).Check();
            Own(layout);
        }

        protected override bool ReleaseHandle() => CublasLtApi.cublasLtMatrixLayoutDestroy(handle) == CublasStatus.Success;
    }
}
