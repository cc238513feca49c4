using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Cudnn;

internal static unsafe partial class CudnnApi
{
    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateDropoutDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyDropoutDescriptor(nint descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDropoutGetStatesSize(nint handle, nuint* bytes);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDropoutGetReserveSpaceSize(nint descX, nuint* bytes);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetDropoutDescriptor(nint descriptor, nint handle, float probability, nint states, nuint stateBytes, ulong seed);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnDropoutForward(nint handle, nint descriptor, nint descX, nint x, nint descY, nint y, nint reserve, nuint reserveBytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnDropoutBackward(nint handle, nint descriptor, nint descDy, nint dy, nint descDx, nint dx, nint reserve, nuint reserveBytes);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateRNNDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyRNNDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetRNNDescriptor_v8(nint descriptor, CudnnRnnAlgorithm algorithm, CudnnRnnMode cell, CudnnRnnBiasMode bias, CudnnDirectionMode direction,
        CudnnRnnInputMode input, CudnnDataType type, CudnnDataType compute, CudnnMathType math, int inputSize, int hiddenSize, int projectionSize, int layers, nint dropout, uint flags);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnBuildRNNDynamic(nint handle, nint rnn, int batch);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnGetRNNWeightSpaceSize(nint handle, nint rnn, nuint* bytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetRNNTempSpaceSizes(nint handle, nint rnn, CudnnForwardMode mode, nint descX, nuint* workspaceBytes, nuint* reserveBytes);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnGetRNNWeightParams(nint handle, nint rnn, int pseudoLayer, nuint weightBytes, nint weights, int linearLayer,
        nint descMatrix, nint* matrix, nint descBias, nint* bias);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateRNNDataDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyRNNDataDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetRNNDataDescriptor(nint descriptor, CudnnDataType type, CudnnRnnDataLayout layout, int maxLength, int batch, int vectorSize, int* lengths, void* padding);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnRNNForward(nint handle, nint rnn, CudnnForwardMode mode, nint deviceLengths, nint descX, nint x, nint descY, nint y,
        nint descH, nint hx, nint hy, nint descC, nint cx, nint cy, nuint weightBytes, nint weights, nuint workspaceBytes, nint workspace, nuint reserveBytes, nint reserve);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnRNNBackwardData_v8(nint handle, nint rnn, nint deviceLengths, nint descY, nint y, nint dy, nint descX, nint dx,
        nint descH, nint hx, nint dhy, nint dhx, nint descC, nint cx, nint dcy, nint dcx, nuint weightBytes, nint weights, nuint workspaceBytes, nint workspace, nuint reserveBytes, nint reserve);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnRNNBackwardWeights_v8(nint handle, nint rnn, CudnnWgradMode mode, nint deviceLengths, nint descX, nint x, nint descH, nint hx,
        nint descY, nint y, nuint weightBytes, nint dWeights, nuint workspaceBytes, nint workspace, nuint reserveBytes, nint reserve);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnBackendCreateDescriptor(CudnnBackendDescriptorType type, nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnBackendDestroyDescriptor(nint descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnBackendFinalize(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnBackendSetAttribute(nint descriptor, CudnnBackendAttribute attribute, CudnnBackendType type, long count, void* values);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnBackendGetAttribute(nint descriptor, CudnnBackendAttribute attribute, CudnnBackendType type, long requested, long* count, void* values);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnBackendExecute(nint handle, nint plan, nint variantPack);
}
