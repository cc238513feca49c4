using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Cudnn;

internal static unsafe partial class CudnnApi
{
    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreateActivationDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyActivationDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetActivationDescriptor(nint descriptor, CudnnActivationMode mode, CudnnNanPropagation nan, double coefficient);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnSetActivationDescriptorSwishBeta(nint descriptor, double beta);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnActivationForward(nint handle, nint activation, void* alpha, nint descX, nint x, void* beta, nint descY, nint y);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnActivationBackward(nint handle, nint activation, void* alpha, nint descY, nint y, nint descDy, nint dy, nint descX, nint x,
        void* beta, nint descDx, nint dx);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnCreatePoolingDescriptor(nint* descriptor);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDestroyPoolingDescriptor(nint descriptor);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSetPoolingNdDescriptor(nint descriptor, CudnnPoolingMode mode, CudnnNanPropagation nan, int spatialRank, int* window, int* padding, int* strides);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnGetPoolingNdForwardOutputDim(nint descriptor, nint input, int rank, int* dimensions);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnPoolingForward(nint handle, nint pooling, void* alpha, nint descX, nint x, void* beta, nint descY, nint y);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnPoolingBackward(nint handle, nint pooling, void* alpha, nint descY, nint y, nint descDy, nint dy, nint descX, nint x,
        void* beta, nint descDx, nint dx);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSoftmaxForward(nint handle, CudnnSoftmaxAlgorithm algorithm, CudnnSoftmaxMode mode, void* alpha, nint descX, nint x, void* beta, nint descY, nint y);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnSoftmaxBackward(nint handle, CudnnSoftmaxAlgorithm algorithm, CudnnSoftmaxMode mode, void* alpha, nint descY, nint y, nint descDy, nint dy,
        void* beta, nint descDx, nint dx);

    [LibraryImport(Library)] internal static partial CudnnStatus cudnnDeriveBNTensorDescriptor(nint derived, nint x, CudnnBatchNormMode mode);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnBatchNormalizationForwardInference(nint handle, CudnnBatchNormMode mode, void* alpha, void* beta, nint descX, nint x, nint descY, nint y,
        nint descParameters, nint scale, nint bias, nint mean, nint variance, double epsilon);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnBatchNormalizationForwardTraining(nint handle, CudnnBatchNormMode mode, void* alpha, void* beta, nint descX, nint x, nint descY, nint y,
        nint descParameters, nint scale, nint bias, double averageFactor, nint runningMean, nint runningVariance, double epsilon, nint savedMean, nint savedInverseVariance);

    [LibraryImport(Library)]
    internal static partial CudnnStatus cudnnBatchNormalizationBackward(nint handle, CudnnBatchNormMode mode, void* alphaData, void* betaData, void* alphaParameters, void* betaParameters,
        nint descX, nint x, nint descDy, nint dy, nint descDx, nint dx, nint descParameters, nint scale, nint dScale, nint dBias, double epsilon, nint savedMean, nint savedInverseVariance);
}
