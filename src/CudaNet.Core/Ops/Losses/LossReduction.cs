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

    /// <summary>Their sum, divided by the size of axis 0, the batch: the mean over examples of what each adds up to. With class
    /// weights it divides by the number of examples, where <see cref="Mean"/> divides by their weights.</summary>
    BatchMean,
}
