using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cudnn;

public sealed unsafe partial class CudnnHandle
{
    /// <summary>y = α·activation(x) + β·y.</summary>
    public void ActivationForward(CudnnActivationDescriptor activation, double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, double beta, CudnnTensorDescriptor descY, CudaDevicePointer y)
    {
        using var handle = _handle.Use();
        using var function = activation.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnActivationForward(handle, function, &a, useX, x.Value, &b, useY, y.Value).Check();
    }

    /// <summary>dx = α·gradient of the activation + β·dx.</summary>
    public void ActivationBackward(CudnnActivationDescriptor activation, double alpha, CudnnTensorDescriptor descY, CudaDevicePointer y, CudnnTensorDescriptor descDy, CudaDevicePointer dy,
        CudnnTensorDescriptor descX, CudaDevicePointer x, double beta, CudnnTensorDescriptor descDx, CudaDevicePointer dx)
    {
        using var handle = _handle.Use();
        using var function = activation.Use();
        using var useY = descY.Use();
        using var useDy = descDy.Use();
        using var useX = descX.Use();
        using var useDx = descDx.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnActivationBackward(handle, function, &a, useY, y.Value, useDy, dy.Value, useX, x.Value, &b, useDx, dx.Value).Check();
    }

    /// <summary>y = α·pooling(x) + β·y.</summary>
    public void PoolingForward(CudnnPoolingDescriptor pooling, double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, double beta, CudnnTensorDescriptor descY, CudaDevicePointer y)
    {
        using var handle = _handle.Use();
        using var pool = pooling.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnPoolingForward(handle, pool, &a, useX, x.Value, &b, useY, y.Value).Check();
    }

    /// <summary>dx = α·gradient of the pooling + β·dx.</summary>
    public void PoolingBackward(CudnnPoolingDescriptor pooling, double alpha, CudnnTensorDescriptor descY, CudaDevicePointer y, CudnnTensorDescriptor descDy, CudaDevicePointer dy,
        CudnnTensorDescriptor descX, CudaDevicePointer x, double beta, CudnnTensorDescriptor descDx, CudaDevicePointer dx)
    {
        using var handle = _handle.Use();
        using var pool = pooling.Use();
        using var useY = descY.Use();
        using var useDy = descDy.Use();
        using var useX = descX.Use();
        using var useDx = descDx.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnPoolingBackward(handle, pool, &a, useY, y.Value, useDy, dy.Value, useX, x.Value, &b, useDx, dx.Value).Check();
    }

    /// <summary>y = α·softmax(x) + β·y.</summary>
    public void SoftmaxForward(CudnnSoftmaxAlgorithm algorithm, CudnnSoftmaxMode mode, double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, double beta, CudnnTensorDescriptor descY, CudaDevicePointer y)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnSoftmaxForward(handle, algorithm, mode, &a, useX, x.Value, &b, useY, y.Value).Check();
    }

    /// <summary>dx = α·gradient of the softmax + β·dx.</summary>
    public void SoftmaxBackward(CudnnSoftmaxAlgorithm algorithm, CudnnSoftmaxMode mode, double alpha, CudnnTensorDescriptor descY, CudaDevicePointer y,
        CudnnTensorDescriptor descDy, CudaDevicePointer dy, double beta, CudnnTensorDescriptor descDx, CudaDevicePointer dx)
    {
        using var handle = _handle.Use();
        using var useY = descY.Use();
        using var useDy = descDy.Use();
        using var useDx = descDx.Use();
        Scalar a = Scale(descY, alpha), b = Scale(descY, beta);
        CudnnApi.cudnnSoftmaxBackward(handle, algorithm, mode, &a, useY, y.Value, useDy, dy.Value, &b, useDx, dx.Value).Check();
    }

    /// <summary>Fills in the descriptor of scale, bias, mean and variance that goes with a tensor.</summary>
    public static void DeriveBatchNormDescriptor(CudnnTensorDescriptor derived, CudnnTensorDescriptor descX, CudnnBatchNormMode mode)
    {
        using var parameters = derived.Use();
        using var x = descX.Use();
        CudnnApi.cudnnDeriveBNTensorDescriptor(parameters, x, mode).Check();
    }

    /// <summary>y = (x − mean)/√(variance + ε)·scale + bias with given mean and variance.</summary>
    public void BatchNormalizationForwardInference(CudnnBatchNormMode mode, double alpha, double beta, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descY, CudaDevicePointer y,
        CudnnTensorDescriptor descParameters, CudaDevicePointer scale, CudaDevicePointer bias, CudaDevicePointer mean, CudaDevicePointer variance, double epsilon)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        using var parameters = descParameters.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnBatchNormalizationForwardInference(handle, mode, &a, &b, useX, x.Value, useY, y.Value, parameters, scale.Value, bias.Value, mean.Value, variance.Value, epsilon).Check();
    }

    /// <summary>The same with the batch's mean and variance, which move the running ones by a factor and are saved for the gradient.</summary>
    public void BatchNormalizationForwardTraining(CudnnBatchNormMode mode, double alpha, double beta, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descY, CudaDevicePointer y,
        CudnnTensorDescriptor descParameters, CudaDevicePointer scale, CudaDevicePointer bias, double averageFactor, CudaDevicePointer runningMean, CudaDevicePointer runningVariance, double epsilon,
        CudaDevicePointer savedMean, CudaDevicePointer savedInverseVariance)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        using var parameters = descParameters.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnBatchNormalizationForwardTraining(handle, mode, &a, &b, useX, x.Value, useY, y.Value, parameters, scale.Value, bias.Value, averageFactor,
            runningMean.Value, runningVariance.Value, epsilon, savedMean.Value, savedInverseVariance.Value).Check();
    }

    /// <summary>Gradients of the input, the scale and the bias; α and β go with the input's, the others replace what was there.</summary>
    public void BatchNormalizationBackward(CudnnBatchNormMode mode, double alpha, double beta, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descDy, CudaDevicePointer dy,
        CudnnTensorDescriptor descDx, CudaDevicePointer dx, CudnnTensorDescriptor descParameters, CudaDevicePointer scale, CudaDevicePointer dScale, CudaDevicePointer dBias, double epsilon,
        CudaDevicePointer savedMean, CudaDevicePointer savedInverseVariance)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useDy = descDy.Use();
        using var useDx = descDx.Use();
        using var parameters = descParameters.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta), one = Scale(descX, 1), zero = Scale(descX, 0);
        CudnnApi.cudnnBatchNormalizationBackward(handle, mode, &a, &b, &one, &zero, useX, x.Value, useDy, dy.Value, useDx, dx.Value, parameters, scale.Value, dScale.Value, dBias.Value, epsilon,
            savedMean.Value, savedInverseVariance.Value).Check();
    }

    /// <summary>Bytes that a dropout keeps for its gradient.</summary>
    public static long GetDropoutReserveBytes(CudnnTensorDescriptor descX)
    {
        using var x = descX.Use();
        nuint bytes;
        CudnnApi.cudnnDropoutGetReserveSpaceSize(x, &bytes).Check();
        return (long)bytes;
    }

    /// <summary>y = dropout(x).</summary>
    public void DropoutForward(CudnnDropoutDescriptor dropout, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descY, CudaDevicePointer y, CudaDevicePointer reserve, long reserveBytes)
    {
        using var handle = _handle.Use();
        using var drop = dropout.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        CudnnApi.cudnnDropoutForward(handle, drop, useX, x.Value, useY, y.Value, reserve.Value, (nuint)reserveBytes).Check();
    }

    /// <summary>dx = gradient of the dropout.</summary>
    public void DropoutBackward(CudnnDropoutDescriptor dropout, CudnnTensorDescriptor descDy, CudaDevicePointer dy, CudnnTensorDescriptor descDx, CudaDevicePointer dx, CudaDevicePointer reserve, long reserveBytes)
    {
        using var handle = _handle.Use();
        using var drop = dropout.Use();
        using var useDy = descDy.Use();
        using var useDx = descDx.Use();
        CudnnApi.cudnnDropoutBackward(handle, drop, useDy, dy.Value, useDx, dx.Value, reserve.Value, (nuint)reserveBytes).Check();
    }
}
