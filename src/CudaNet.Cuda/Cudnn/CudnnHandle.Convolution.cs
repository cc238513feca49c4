using System.Runtime.CompilerServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cudnn;

public sealed unsafe partial class CudnnHandle
{
    private const int AlgorithmCount = 8;

    /// <summary>Algorithms for a convolution by the library's estimate, the best first.</summary>
    public IReadOnlyList<CudnnAlgorithm<CudnnConvolutionForwardAlgorithm>> GetForwardAlgorithms(
        CudnnTensorDescriptor descX, CudnnFilterDescriptor descW, CudnnConvolutionDescriptor convolution, CudnnTensorDescriptor descY)
    {
        using var handle = _handle.Use();
        using var x = descX.Use();
        using var w = descW.Use();
        using var c = convolution.Use();
        using var y = descY.Use();
        var results = stackalloc ConvolutionPerformance[AlgorithmCount];
        int count;
        CudnnApi.cudnnGetConvolutionForwardAlgorithm_v7(handle, x, w, c, y, AlgorithmCount, &count, results).Check();
        return Collect<CudnnConvolutionForwardAlgorithm>(results, count);
    }

    /// <summary>Algorithms by their time on these operands, the fastest first. The output is overwritten.</summary>
    public IReadOnlyList<CudnnAlgorithm<CudnnConvolutionForwardAlgorithm>> FindForwardAlgorithms(
        CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnFilterDescriptor descW, CudaDevicePointer w, CudnnConvolutionDescriptor convolution,
        CudnnTensorDescriptor descY, CudaDevicePointer y, CudaDevicePointer workspace, long workspaceBytes)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useW = descW.Use();
        using var c = convolution.Use();
        using var useY = descY.Use();
        var results = stackalloc ConvolutionPerformance[AlgorithmCount];
        int count;
        CudnnApi.cudnnFindConvolutionForwardAlgorithmEx(handle, useX, x.Value, useW, w.Value, c, useY, y.Value, AlgorithmCount, &count, results, workspace.Value, (nuint)workspaceBytes).Check();
        return Collect<CudnnConvolutionForwardAlgorithm>(results, count);
    }

    /// <summary>Bytes of workspace that an algorithm needs.</summary>
    public long GetForwardWorkspaceBytes(CudnnTensorDescriptor descX, CudnnFilterDescriptor descW, CudnnConvolutionDescriptor convolution, CudnnTensorDescriptor descY, CudnnConvolutionForwardAlgorithm algorithm)
    {
        using var handle = _handle.Use();
        using var x = descX.Use();
        using var w = descW.Use();
        using var c = convolution.Use();
        using var y = descY.Use();
        nuint bytes;
        CudnnApi.cudnnGetConvolutionForwardWorkspaceSize(handle, x, w, c, y, algorithm, &bytes).Check();
        return (long)bytes;
    }

    /// <summary>y = α·convolution(x, w) + β·y.</summary>
    public void ConvolutionForward(double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnFilterDescriptor descW, CudaDevicePointer w, CudnnConvolutionDescriptor convolution,
        CudnnConvolutionForwardAlgorithm algorithm, CudaDevicePointer workspace, long workspaceBytes, double beta, CudnnTensorDescriptor descY, CudaDevicePointer y)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useW = descW.Use();
        using var c = convolution.Use();
        using var useY = descY.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnConvolutionForward(handle, &a, useX, x.Value, useW, w.Value, c, algorithm, workspace.Value, (nuint)workspaceBytes, &b, useY, y.Value).Check();
    }

    /// <summary>y = activation(α·convolution(x, w) + β·z + bias).</summary>
    public void ConvolutionBiasActivationForward(double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnFilterDescriptor descW, CudaDevicePointer w, CudnnConvolutionDescriptor convolution,
        CudnnConvolutionForwardAlgorithm algorithm, CudaDevicePointer workspace, long workspaceBytes, double beta, CudnnTensorDescriptor descZ, CudaDevicePointer z,
        CudnnTensorDescriptor descBias, CudaDevicePointer bias, CudnnActivationDescriptor activation, CudnnTensorDescriptor descY, CudaDevicePointer y)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useW = descW.Use();
        using var c = convolution.Use();
        using var useZ = descZ.Use();
        using var useBias = descBias.Use();
        using var function = activation.Use();
        using var useY = descY.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnConvolutionBiasActivationForward(handle, &a, useX, x.Value, useW, w.Value, c, algorithm, workspace.Value, (nuint)workspaceBytes, &b, useZ, z.Value,
            useBias, bias.Value, function, useY, y.Value).Check();
    }

    /// <summary>The gradient of a bias: sums of dy over all but the channels.</summary>
    public void ConvolutionBackwardBias(double alpha, CudnnTensorDescriptor descDy, CudaDevicePointer dy, double beta, CudnnTensorDescriptor descDb, CudaDevicePointer db)
    {
        using var handle = _handle.Use();
        using var useDy = descDy.Use();
        using var useDb = descDb.Use();
        Scalar a = Scale(descDy, alpha), b = Scale(descDy, beta);
        CudnnApi.cudnnConvolutionBackwardBias(handle, &a, useDy, dy.Value, &b, useDb, db.Value).Check();
    }

    /// <summary>Algorithms for the gradient of the input by the library's estimate, the best first.</summary>
    public IReadOnlyList<CudnnAlgorithm<CudnnConvolutionBackwardDataAlgorithm>> GetBackwardDataAlgorithms(
        CudnnFilterDescriptor descW, CudnnTensorDescriptor descDy, CudnnConvolutionDescriptor convolution, CudnnTensorDescriptor descDx)
    {
        using var handle = _handle.Use();
        using var w = descW.Use();
        using var dy = descDy.Use();
        using var c = convolution.Use();
        using var dx = descDx.Use();
        var results = stackalloc ConvolutionPerformance[AlgorithmCount];
        int count;
        CudnnApi.cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, w, dy, c, dx, AlgorithmCount, &count, results).Check();
        return Collect<CudnnConvolutionBackwardDataAlgorithm>(results, count);
    }

    /// <summary>Algorithms by their time on these operands, the fastest first. The gradient is overwritten.</summary>
    public IReadOnlyList<CudnnAlgorithm<CudnnConvolutionBackwardDataAlgorithm>> FindBackwardDataAlgorithms(
        CudnnFilterDescriptor descW, CudaDevicePointer w, CudnnTensorDescriptor descDy, CudaDevicePointer dy, CudnnConvolutionDescriptor convolution,
        CudnnTensorDescriptor descDx, CudaDevicePointer dx, CudaDevicePointer workspace, long workspaceBytes)
    {
        using var handle = _handle.Use();
        using var useW = descW.Use();
        using var useDy = descDy.Use();
        using var c = convolution.Use();
        using var useDx = descDx.Use();
        var results = stackalloc ConvolutionPerformance[AlgorithmCount];
        int count;
        CudnnApi.cudnnFindConvolutionBackwardDataAlgorithmEx(handle, useW, w.Value, useDy, dy.Value, c, useDx, dx.Value, AlgorithmCount, &count, results, workspace.Value, (nuint)workspaceBytes).Check();
        return Collect<CudnnConvolutionBackwardDataAlgorithm>(results, count);
    }

    /// <summary>Bytes of workspace that an algorithm needs.</summary>
    public long GetBackwardDataWorkspaceBytes(CudnnFilterDescriptor descW, CudnnTensorDescriptor descDy, CudnnConvolutionDescriptor convolution, CudnnTensorDescriptor descDx, CudnnConvolutionBackwardDataAlgorithm algorithm)
    {
        using var handle = _handle.Use();
        using var w = descW.Use();
        using var dy = descDy.Use();
        using var c = convolution.Use();
        using var dx = descDx.Use();
        nuint bytes;
        CudnnApi.cudnnGetConvolutionBackwardDataWorkspaceSize(handle, w, dy, c, dx, algorithm, &bytes).Check();
        return (long)bytes;
    }

    /// <summary>dx = α·gradient + β·dx.</summary>
    public void ConvolutionBackwardData(double alpha, CudnnFilterDescriptor descW, CudaDevicePointer w, CudnnTensorDescriptor descDy, CudaDevicePointer dy, CudnnConvolutionDescriptor convolution,
        CudnnConvolutionBackwardDataAlgorithm algorithm, CudaDevicePointer workspace, long workspaceBytes, double beta, CudnnTensorDescriptor descDx, CudaDevicePointer dx)
    {
        using var handle = _handle.Use();
        using var useW = descW.Use();
        using var useDy = descDy.Use();
        using var c = convolution.Use();
        using var useDx = descDx.Use();
        Scalar a = Scale(descDy, alpha), b = Scale(descDy, beta);
        CudnnApi.cudnnConvolutionBackwardData(handle, &a, useW, w.Value, useDy, dy.Value, c, algorithm, workspace.Value, (nuint)workspaceBytes, &b, useDx, dx.Value).Check();
    }

    /// <summary>Algorithms for the gradient of the filters by the library's estimate, the best first.</summary>
    public IReadOnlyList<CudnnAlgorithm<CudnnConvolutionBackwardFilterAlgorithm>> GetBackwardFilterAlgorithms(
        CudnnTensorDescriptor descX, CudnnTensorDescriptor descDy, CudnnConvolutionDescriptor convolution, CudnnFilterDescriptor descDw)
    {
        using var handle = _handle.Use();
        using var x = descX.Use();
        using var dy = descDy.Use();
        using var c = convolution.Use();
        using var dw = descDw.Use();
        var results = stackalloc ConvolutionPerformance[AlgorithmCount];
        int count;
        CudnnApi.cudnnGetConvolutionBackwardFilterAlgorithm_v7(handle, x, dy, c, dw, AlgorithmCount, &count, results).Check();
        return Collect<CudnnConvolutionBackwardFilterAlgorithm>(results, count);
    }

    /// <summary>Algorithms by their time on these operands, the fastest first. The gradient is overwritten.</summary>
    public IReadOnlyList<CudnnAlgorithm<CudnnConvolutionBackwardFilterAlgorithm>> FindBackwardFilterAlgorithms(
        CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descDy, CudaDevicePointer dy, CudnnConvolutionDescriptor convolution,
        CudnnFilterDescriptor descDw, CudaDevicePointer dw, CudaDevicePointer workspace, long workspaceBytes)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useDy = descDy.Use();
        using var c = convolution.Use();
        using var useDw = descDw.Use();
        var results = stackalloc ConvolutionPerformance[AlgorithmCount];
        int count;
        CudnnApi.cudnnFindConvolutionBackwardFilterAlgorithmEx(handle, useX, x.Value, useDy, dy.Value, c, useDw, dw.Value, AlgorithmCount, &count, results, workspace.Value, (nuint)workspaceBytes).Check();
        return Collect<CudnnConvolutionBackwardFilterAlgorithm>(results, count);
    }

    /// <summary>Bytes of workspace that an algorithm needs.</summary>
    public long GetBackwardFilterWorkspaceBytes(CudnnTensorDescriptor descX, CudnnTensorDescriptor descDy, CudnnConvolutionDescriptor convolution, CudnnFilterDescriptor descDw, CudnnConvolutionBackwardFilterAlgorithm algorithm)
    {
        using var handle = _handle.Use();
        using var x = descX.Use();
        using var dy = descDy.Use();
        using var c = convolution.Use();
        using var dw = descDw.Use();
        nuint bytes;
        CudnnApi.cudnnGetConvolutionBackwardFilterWorkspaceSize(handle, x, dy, c, dw, algorithm, &bytes).Check();
        return (long)bytes;
    }

    /// <summary>dw = α·gradient + β·dw.</summary>
    public void ConvolutionBackwardFilter(double alpha, CudnnTensorDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descDy, CudaDevicePointer dy, CudnnConvolutionDescriptor convolution,
        CudnnConvolutionBackwardFilterAlgorithm algorithm, CudaDevicePointer workspace, long workspaceBytes, double beta, CudnnFilterDescriptor descDw, CudaDevicePointer dw)
    {
        using var handle = _handle.Use();
        using var useX = descX.Use();
        using var useDy = descDy.Use();
        using var c = convolution.Use();
        using var useDw = descDw.Use();
        Scalar a = Scale(descX, alpha), b = Scale(descX, beta);
        CudnnApi.cudnnConvolutionBackwardFilter(handle, &a, useX, x.Value, useDy, dy.Value, c, algorithm, workspace.Value, (nuint)workspaceBytes, &b, useDw, dw.Value).Check();
    }

    private static List<CudnnAlgorithm<T>> Collect<T>(ConvolutionPerformance* results, int count)
        where T : struct, Enum
    {
        var algorithms = new List<CudnnAlgorithm<T>>();
        foreach (ref readonly var result in new ReadOnlySpan<ConvolutionPerformance>(results, count))
            if (result.Status == CudnnStatus.Success)
                algorithms.Add(new(Unsafe.BitCast<int, T>(result.Algorithm), result.Status, result.Milliseconds, (long)result.WorkspaceBytes, result.Determinism == 1, result.MathType));
        return algorithms;
    }
}
