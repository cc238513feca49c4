namespace CudaNet.Cuda.Cudnn;

/// <summary>How sequences lie in memory (cudnnRNNDataLayout_t).</summary>
public enum CudnnRnnDataLayout
{
    /// <summary>Step after step, padded.</summary>
    SequenceMajorUnpacked = 0,

    /// <summary>Step after step, the longest sequences first and without padding.</summary>
    SequenceMajorPacked = 1,

    /// <summary>Sequence after sequence, padded.</summary>
    BatchMajorUnpacked = 2,
}
