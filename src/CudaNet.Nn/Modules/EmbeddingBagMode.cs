namespace CudaNet.Nn;

/// <summary>How the vectors of a bag become one.</summary>
public enum EmbeddingBagMode
{
    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The greatest value of each element.</summary>
    Max,
}
