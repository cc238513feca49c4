namespace CudaNet.Cuda.Cudnn;

/// <summary>How a recurrent network is computed (cudnnRNNAlgo_t).</summary>
public enum CudnnRnnAlgorithm
{
    /// <summary>Step by step.</summary>
    Standard = 0,

    /// <summary>With weights kept on the multiprocessors.</summary>
    PersistStatic = 1,

    /// <summary>The same, compiled for its sizes.</summary>
    PersistDynamic = 2,

    /// <summary>The same for small hidden sizes.</summary>
    PersistStaticSmallHidden = 3,
}
