namespace CudaNet.Nn.Training;

/// <summary>Training cannot go on: the loss is no number any more, or a checkpoint does not fit.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : CudaNetException(message, inner);
