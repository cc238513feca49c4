using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Cudnn;

public sealed unsafe partial class CudnnHandle
{
    /// <summary>Bytes of all weights and biases.</summary>
    public long GetRnnWeightBytes(CudnnRnnDescriptor rnn)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        nuint bytes;
        CudnnApi.cudnnGetRNNWeightSpaceSize(handle, descriptor, &bytes).Check();
        return (long)bytes;
    }

    /// <summary>Bytes of workspace, and of what the forward pass leaves to the backward pass.</summary>
    public (long Workspace, long Reserve) GetRnnTemporaryBytes(CudnnRnnDescriptor rnn, CudnnForwardMode mode, CudnnRnnDataDescriptor descX)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        using var x = descX.Use();
        nuint workspace, reserve;
        CudnnApi.cudnnGetRNNTempSpaceSizes(handle, descriptor, mode, x, &workspace, &reserve).Check();
        return ((long)workspace, (long)reserve);
    }

    /// <summary>Compiles a persistent network for a batch size.</summary>
    public void BuildRnn(CudnnRnnDescriptor rnn, int batch)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        CudnnApi.cudnnBuildRNNDynamic(handle, descriptor, batch).Check();
    }

    /// <summary>Where a matrix and its bias lie in the weights; null where there is none.</summary>
    /// <param name="rnn">The network.</param>
    /// <param name="layer">The layer, times two and plus the direction if there are two.</param>
    /// <param name="matrix">The matrix: those of the input first, then those of the state, in the order of the cell's gates.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="weightBytes">Their size.</param>
    /// <param name="descMatrix">Is filled in.</param>
    /// <param name="descBias">Is filled in.</param>
    public (CudaDevicePointer Matrix, CudaDevicePointer Bias) GetRnnWeight(CudnnRnnDescriptor rnn, int layer, int matrix, CudaDevicePointer weights, long weightBytes,
        CudnnTensorDescriptor descMatrix, CudnnTensorDescriptor descBias)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        using var useMatrix = descMatrix.Use();
        using var useBias = descBias.Use();
        nint matrixAddress = 0, biasAddress = 0;
        CudnnApi.cudnnGetRNNWeightParams(handle, descriptor, layer, (nuint)weightBytes, weights.Value, matrix, useMatrix, &matrixAddress, useBias, &biasAddress).Check();
        return (new(matrixAddress), new(biasAddress));
    }

    /// <summary>Runs a network. States that are null are zero at the start and dropped at the end.</summary>
    public void RnnForward(CudnnRnnDescriptor rnn, CudnnForwardMode mode, CudnnRnnDataDescriptor descX, CudaDevicePointer x, CudnnRnnDataDescriptor descY, CudaDevicePointer y,
        CudnnTensorDescriptor descH, CudaDevicePointer hx, CudaDevicePointer hy, CudnnTensorDescriptor descC, CudaDevicePointer cx, CudaDevicePointer cy, in CudnnRnnMemory memory)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        using var useX = descX.Use();
        using var useY = descY.Use();
        using var useH = descH.Use();
        using var useC = descC.Use();
        CudnnApi.cudnnRNNForward(handle, descriptor, mode, memory.DeviceLengths.Value, useX, x.Value, useY, y.Value, useH, hx.Value, hy.Value, useC, cx.Value, cy.Value,
            (nuint)memory.WeightBytes, memory.Weights.Value, (nuint)memory.WorkspaceBytes, memory.Workspace.Value, (nuint)memory.ReserveBytes, memory.Reserve.Value).Check();
    }

    /// <summary>Gradients of inputs and first states; after <see cref="RnnForward"/> for training.</summary>
    public void RnnBackwardData(CudnnRnnDescriptor rnn, CudnnRnnDataDescriptor descY, CudaDevicePointer y, CudaDevicePointer dy, CudnnRnnDataDescriptor descX, CudaDevicePointer dx,
        CudnnTensorDescriptor descH, CudaDevicePointer hx, CudaDevicePointer dhy, CudaDevicePointer dhx,
        CudnnTensorDescriptor descC, CudaDevicePointer cx, CudaDevicePointer dcy, CudaDevicePointer dcx, in CudnnRnnMemory memory)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        using var useY = descY.Use();
        using var useX = descX.Use();
        using var useH = descH.Use();
        using var useC = descC.Use();
        CudnnApi.cudnnRNNBackwardData_v8(handle, descriptor, memory.DeviceLengths.Value, useY, y.Value, dy.Value, useX, dx.Value, useH, hx.Value, dhy.Value, dhx.Value,
            useC, cx.Value, dcy.Value, dcx.Value, (nuint)memory.WeightBytes, memory.Weights.Value, (nuint)memory.WorkspaceBytes, memory.Workspace.Value, (nuint)memory.ReserveBytes, memory.Reserve.Value).Check();
    }

    /// <summary>Gradients of the weights, added to what was there; after <see cref="RnnBackwardData"/>.</summary>
    public void RnnBackwardWeights(CudnnRnnDescriptor rnn, CudnnRnnDataDescriptor descX, CudaDevicePointer x, CudnnTensorDescriptor descH, CudaDevicePointer hx,
        CudnnRnnDataDescriptor descY, CudaDevicePointer y, CudaDevicePointer dWeights, in CudnnRnnMemory memory, CudnnWgradMode mode = CudnnWgradMode.Add)
    {
        using var handle = _handle.Use();
        using var descriptor = rnn.Use();
        using var useX = descX.Use();
        using var useH = descH.Use();
        using var useY = descY.Use();
        CudnnApi.cudnnRNNBackwardWeights_v8(handle, descriptor, mode, memory.DeviceLengths.Value, useX, x.Value, useH, hx.Value, useY, y.Value,
            (nuint)memory.WeightBytes, dWeights.Value, (nuint)memory.WorkspaceBytes, memory.Workspace.Value, (nuint)memory.ReserveBytes, memory.Reserve.Value).Check();
    }
}
