namespace CudaNet.Models.Language;

/// <summary>What moves the weights of a GPT in training.</summary>
public enum GptOptimizer
{
    /// <summary>Muon for the weights of the layers, AdamW for tables, norms and biases: fewer steps to the same loss, each dearer.</summary>
    Muon,

    /// <summary>AdamW for all.</summary>
    AdamW,
}
