namespace CudaNet.Cuda.Cudnn;

/// <summary>Biases of recurrent networks (cudnnRNNBiasMode_t).</summary>
public enum CudnnRnnBiasMode
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>One, with the input.</summary>
    SingleInput = 1,

    /// <summary>One with the input and one with the state.</summary>
    Double = 2,

    /// <summary>One, with the state.</summary>
    SingleRecurrent = 3,
}
