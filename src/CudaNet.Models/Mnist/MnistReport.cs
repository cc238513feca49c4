using CudaNet.Nn.Training;

namespace CudaNet.Models.Mnist;

/// <summary>What a training came to.</summary>
/// <param name="Training">The training.</param>
/// <param name="Result">Epochs and how it ended.</param>
/// <param name="Evaluation">What the model says to the test images at the end.</param>
/// <param name="Files">Files that were written; none when it was interrupted, but for the checkpoint.</param>
public sealed record MnistReport(MnistTraining Training, TrainingResult Result, Evaluation Evaluation, IReadOnlyList<string> Files);
