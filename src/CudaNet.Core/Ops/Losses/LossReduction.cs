namespace CudaNet;

/// <summary>What becomes of the losses of single elements.</summary>
public enum LossReduction
{
    /// <summary>Their mean (weighted where there are weights).</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They are returned as they are.</summary>
    None,
}
