using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>A descriptor of cuDNN, by the two functions that make it and take it away.</summary>
internal sealed unsafe class CudnnDescriptor : NativeHandle
{
    private readonly delegate*<nint, CudnnStatus> _destroy;

    public CudnnDescriptor(delegate*<nint*, CudnnStatus> create, delegate*<nint, CudnnStatus> destroy, string name)
    {
        _destroy = destroy;
        nint descriptor;
        create(&descriptor).Check(call: name);
        Own(descriptor);
    }

    protected override bool ReleaseHandle() => _destroy(handle) == CudnnStatus.Success;
}
