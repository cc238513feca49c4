using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>cuDNN in the current context. One thread at a time. Results are α·result + β·what was there.</summary>
public sealed unsafe partial class CudnnHandle : IDisposable
{
    private readonly Handle _handle;

    /// <summary>Starts the library.</summary>
    /// <exception cref="CudaLibraryException">It is not installed.</exception>
    /// <exception cref="CudnnException">There is no device.</exception>
    public CudnnHandle() => _handle = new();

    /// <summary>The version of the library; raises no more than that it is not installed.</summary>
    public static Version LibraryVersion
    {
        get
        {
            // 8907 in version 8, 90100 in version 9.
            var version = (int)CudnnApi.cudnnGetVersion();
            return version >= 10000 ? new(version / 10000, version / 100 % 100, version % 100) : new(version / 1000, version / 100 % 10, version % 100);
        }
    }

    /// <summary>Bytes that a dropout needs for its random numbers.</summary>
    public long DropoutStateBytes
    {
        get
        {
            using var handle = _handle.Use();
            nuint bytes;
            CudnnApi.cudnnDropoutGetStatesSize(handle, &bytes).Check();
            return (long)bytes;
        }
    }

    /// <summary>The stream of all further calls; null for the default one.</summary>
    public void SetStream(CudaStream? stream)
    {
        using var handle = _handle.Use();
        using var queue = CudaStream.Use(stream);
        CudnnApi.cudnnSetStream(handle, queue).Check();
    }

    /// <summary>The same by the number of the stream.</summary>
    public void SetStream(CudaStreamHandle stream)
    {
        using var handle = _handle.Use();
        CudnnApi.cudnnSetStream(handle, stream.Value).Check();
    }

    /// <summary>c = α·a + β·c; dimensions of size 1 in a are repeated.</summary>
    public void AddTensor(double alpha, CudnnTensorDescriptor descA, CudaDevicePointer a, double beta, CudnnTensorDescriptor descC, CudaDevicePointer c)
    {
        using var handle = _handle.Use();
        using var useA = descA.Use();
        using var useC = descC.Use();
        Scalar x = Scale(descC, alpha), y = Scale(descC, beta);
        CudnnApi.cudnnAddTensor(handle, &x, useA, a.Value, &y, useC, c.Value).Check();
    }

    /// <summary>y = α·x + β·y, where the two may lie differently.</summary>
    public void TransformTensor(double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, double beta, CudnnTensorDescriptor descY, CudaDevicePointer y)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        Scalar a = Scale(descY, alpha), b = Scale(descY, beta);
        CudnnApi.cudnnTransformTensor(handle, &a, useX, x.Value, &b, useY, y.Value).Check();
    }

    /// <summary>y = α·y.</summary>
    public void ScaleTensor(CudnnTensorDescriptor descY, CudaDevicePointer y, double alpha)
    {
        using var handle = _handle.Use();
        using var useY = descY.Use();
        var a = Scale(descY, alpha);
        CudnnApi.cudnnScaleTensor(handle, useY, y.Value, &a).Check();
    }

    /// <summary>c = reduction(α·a) + β·c over the dimensions that have size 1 in c.</summary>
    public void ReduceTensor(CudnnReductionDescriptor reduction, double alpha, CudnnTensorDescriptor descA, CudaDevicePointer a, double beta, CudnnTensorDescriptor descC, CudaDevicePointer c,
        CudaDevicePointer workspace, long workspaceBytes)
    {
        using var handle = _handle.Use();
        using var descriptor = reduction.Use();
        using var useA = descA.Use();
        using var useC = descC.Use();
        Scalar x = Scale(descA, alpha), y = Scale(descA, beta);
        CudnnApi.cudnnReduceTensor(handle, descriptor, 0, 0, workspace.Value, (nuint)workspaceBytes, &x, useA, a.Value, &y, useC, c.Value).Check();
    }

    /// <summary>Bytes of workspace that a reduction needs.</summary>
    public long GetReductionWorkspaceBytes(CudnnReductionDescriptor reduction, CudnnTensorDescriptor descA, CudnnTensorDescriptor descC)
    {
        using var handle = _handle.Use();
        using var descriptor = reduction.Use();
        using var useA = descA.Use();
        using var useC = descC.Use();
        nuint bytes;
        CudnnApi.cudnnGetReductionWorkspaceSize(handle, descriptor, useA, useC, &bytes).Check();
        return (long)bytes;
    }

    /// <summary>Lets the library go.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    /// <summary>Scalars are double for double and float for all others.</summary>
    private static Scalar Scale(CudnnTensorDescriptor descriptor, double value) => new(value, descriptor.Get().Type == CudnnDataType.Double);

    private readonly struct Scalar(double value, bool wide)
    {
        // Read by the library through a pointer.
        private readonly long _bits = wide ? BitConverter.DoubleToInt64Bits(value) : BitConverter.SingleToUInt32Bits((float)value);
    }

    private sealed class Handle : NativeHandle
    {
        public Handle()
        {
            nint handle;
            CudnnApi.cudnnCreate(&handle).Check();
            Own(handle);
        }

        protected override bool ReleaseHandle() => CudnnApi.cudnnDestroy(handle) == CudnnStatus.Success;
    }
}
