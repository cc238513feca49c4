namespace CudaNet.Nn.Training;

/// <summary>Where a run stands, after each batch.</summary>
/// <param name="Epoch">The present epoch, from 1 on.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Batch">Batches of this epoch that are done.</param>
/// <param name="Batches">Batches of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="Accuracy">Share of right answers in this epoch so far; NaN where targets are no classes.</param>
/// <param name="SamplesPerSecond">Throughput of late.</param>
/// <param name="Remaining">Estimated time to the end of the last epoch.</param>
public readonly record struct TrainingProgress(int Epoch, int Epochs, int Batch, int Batches, double Loss, double Accuracy,
    double SamplesPerSecond, TimeSpan Remaining);
