using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Cudnn;

internal static unsafe partial class CudnnApi
{
    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateConvolutionDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyConvolutionDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetConvolutionNdDescriptor(nint descriptor, int spatialRank, int* padding, int* strides, int* dilation,
        CudnnConvolutionMode mode, CudnnDataType compute);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetConvolutionGroupCount(nint descriptor, int groups);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetConvolutionMathType(nint descriptor, CudnnMathType math);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionNdForwardOutputDim(nint descriptor, nint input, nint filter, int rank, int* dimensions);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionForwardAlgorithm_v7(nint handle, nint x, nint w, nint convolution, nint y, int requested, int* returned, ConvolutionPerformance* results);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnFindConvolutionForwardAlgorithmEx(nint handle, nint descX, nint x, nint descW, nint w, nint convolution, nint descY, nint y,
        int requested, int* returned, ConvolutionPerformance* results, nint workspace, nuint workspaceBytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionForwardWorkspaceSize(nint handle, nint x, nint w, nint convolution, nint y, CudnnConvolutionForwardAlgorithm algorithm, nuint* bytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnConvolutionForward(nint handle, void* alpha, nint descX, nint x, nint descW, nint w, nint convolution,
        CudnnConvolutionForwardAlgorithm algorithm, nint workspace, nuint workspaceBytes, void* beta, nint descY, nint y);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnConvolutionBiasActivationForward(nint handle, void* alpha1, nint descX, nint x, nint descW, nint w, nint convolution,
        CudnnConvolutionForwardAlgorithm algorithm, nint workspace, nuint workspaceBytes, void* alpha2, nint descZ, nint z, nint descBias, nint bias, nint activation, nint descY, nint y);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnConvolutionBackwardBias(nint handle, void* alpha, nint descDy, nint dy, void* beta, nint descDb, nint db);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionBackwardDataAlgorithm_v7(nint handle, nint w, nint dy, nint convolution, nint dx, int requested, int* returned, ConvolutionPerformance* results);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnFindConvolutionBackwardDataAlgorithmEx(nint handle, nint descW, nint w, nint descDy, nint dy, nint convolution, nint descDx, nint dx,
        int requested, int* returned, ConvolutionPerformance* results, nint workspace, nuint workspaceBytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionBackwardDataWorkspaceSize(nint handle, nint w, nint dy, nint convolution, nint dx, CudnnConvolutionBackwardDataAlgorithm algorithm, nuint* bytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnConvolutionBackwardData(nint handle, void* alpha, nint descW, nint w, nint descDy, nint dy, nint convolution,
        CudnnConvolutionBackwardDataAlgorithm algorithm, nint workspace, nuint workspaceBytes, void* beta, nint descDx, nint dx);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionBackwardFilterAlgorithm_v7(nint handle, nint x, nint dy, nint convolution, nint dw, int requested, int* returned, ConvolutionPerformance* results);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnFindConvolutionBackwardFilterAlgorithmEx(nint handle, nint descX, nint x, nint descDy, nint dy, nint convolution, nint descDw, nint dw,
        int requested, int* returned, ConvolutionPerformance* results, nint workspace, nuint workspaceBytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetConvolutionBackwardFilterWorkspaceSize(nint handle, nint x, nint dy, nint convolution, nint dw, CudnnConvolutionBackwardFilterAlgorithm algorithm, nuint* bytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnConvolutionBackwardFilter(nint handle, void* alpha, nint descX, nint x, nint descDy, nint dy, nint convolution,
        CudnnConvolutionBackwardFilterAlgorithm algorithm, nint workspace, nuint workspaceBytes, void* beta, nint descDw, nint dw);
}

/// <summary>cudnnConvolutionFwdAlgoPerf_t and the two of the gradients, which differ in the meaning of the first field only.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ConvolutionPerformance
{
    public int Algorithm;
    public CudnnStatus Status;
    public float Milliseconds;
    public nuint WorkspaceBytes;
    public int Determinism;
    public CudnnMathType MathType;
    public PerformanceReserved Reserved;

    [System.Runtime.CompilerServices.InlineArray(3)]
    public struct PerformanceReserved
    {
        private int _first;
    }
}
