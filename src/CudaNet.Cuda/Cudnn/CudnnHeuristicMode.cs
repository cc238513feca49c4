namespace CudaNet.Cuda.Cudnn;

/// <summary>How the graph API looks for engines (cudnnBackendHeurMode_t).</summary>
public enum CudnnHeuristicMode
{
    /// <summary>Quickly.</summary>
    Instant = 0,

    /// <summary>By a model: slower and better.</summary>
    B = 1,

    /// <summary>What works always.</summary>
    Fallback = 2,

    /// <summary>Quickly, and for all patterns.</summary>
    A = 3,
}
