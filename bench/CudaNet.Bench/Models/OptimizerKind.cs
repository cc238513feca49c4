namespace CudaNet.Bench.Models;

/// <summary>What moves the weights of a training case.</summary>
internal enum OptimizerKind
{
    Momentum,
    Adam,
    AdamW,
}
