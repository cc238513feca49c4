namespace CudaNet.Cuda.Cudnn;

/// <summary>Cells of recurrent networks (cudnnRNNMode_t).</summary>
public enum CudnnRnnMode
{
    /// <summary>A plain cell with max(x, 0).</summary>
    Relu = 0,

    /// <summary>A plain cell with tanh.</summary>
    Tanh = 1,

    /// <summary>LSTM.</summary>
    Lstm = 2,

    /// <summary>GRU, with the reset gate behind the product.</summary>
    Gru = 3,
}
