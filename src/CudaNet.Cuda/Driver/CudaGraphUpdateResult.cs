namespace CudaNet.Cuda.Driver;

/// <summary>What came of changing an executable graph in place (CUgraphExecUpdateResult).</summary>
public enum CudaGraphUpdateResult
{
    /// <summary>It is changed.</summary>
    Success = 0,

    /// <summary>It failed for another reason.</summary>
    Error = 1,

    /// <summary>Nodes or edges differ.</summary>
    ErrorTopologyChanged = 2,

    /// <summary>A node is of another kind.</summary>
    ErrorNodeTypeChanged = 3,

    /// <summary>A kernel is another one, which the driver cannot change.</summary>
    ErrorFunctionChanged = 4,

    /// <summary>Parameters changed in a way that the driver cannot do.</summary>
    ErrorParametersChanged = 5,

    /// <summary>Something about a node cannot be changed.</summary>
    ErrorNotSupported = 6,

    /// <summary>A kernel cannot be exchanged for that one.</summary>
    ErrorUnsupportedFunctionChange = 7,

    /// <summary>Attributes of a node changed in a way that the driver cannot do.</summary>
    ErrorAttributesChanged = 8,
}
