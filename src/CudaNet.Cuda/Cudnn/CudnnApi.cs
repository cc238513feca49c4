using System.Runtime.InteropServices;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Cudnn;

/// <summary>cuDNN 8 and 9: what both have, unless marked. Results are α·op + β·what was there.</summary>
internal static unsafe partial class CudnnApi
{
    private const string Library = CudaLibraries.CudnnKey;

    internal const string Version9 = "part of cuDNN 9 and later";

    [LibraryImport(Library)] internal static partial nuint cudnnGetVersion();

    [LibraryImport(Library)] internal static partial nuint cudnnGetCudartVersion();

    [LibraryImport(Library)] internal static partial byte* cudnnGetErrorString(CudnnStatus status);

    [LibraryImport(Library), NativeSince(Version9)] internal static partial void cudnnGetLastErrorString(byte* message, nuint bytes);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreate(nint* handle);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroy(nint handle);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetStream(nint handle, nint stream);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnGetStream(nint handle, nint* stream);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateTensorDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyTensorDescriptor(nint descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetTensorNdDescriptor(nint descriptor, CudnnDataType type, int rank, int* dimensions, int* strides);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetTensorNdDescriptorEx(nint descriptor, CudnnTensorFormat format, CudnnDataType type, int rank, int* dimensions);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetTensorNdDescriptor(nint descriptor, int requested, CudnnDataType* type, int* rank, int* dimensions, int* strides);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnGetTensorSizeInBytes(nint descriptor, nuint* bytes);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateFilterDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyFilterDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetFilterNdDescriptor(nint descriptor, CudnnDataType type, CudnnTensorFormat format, int rank, int* dimensions);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnAddTensor(nint handle, void* alpha, nint descA, nint a, void* beta, nint descC, nint c);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnTransformTensor(nint handle, void* alpha, nint descX, nint x, void* beta, nint descY, nint y);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnScaleTensor(nint handle, nint descY, nint y, void* alpha);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetTensor(nint handle, nint descY, nint y, void* value);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateReduceTensorDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyReduceTensorDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetReduceTensorDescriptor(nint descriptor, CudnnReduction operation, CudnnDataType compute, CudnnNanPropagation nan, int indices, int indicesType);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnGetReductionWorkspaceSize(nint handle, nint descriptor, nint descA, nint descC, nuint* bytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnReduceTensor(nint handle, nint descriptor, nint indices, nuint indicesBytes, nint workspace, nuint workspaceBytes,
        void* alpha, nint descA, nint a, void* beta, nint descC, nint c);
}
