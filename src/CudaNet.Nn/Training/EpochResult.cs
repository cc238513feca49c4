namespace CudaNet.Nn.Training;

/// <summary>What an epoch came to.</summary>
/// <param name="Epoch">Number of the epoch, from 1 on.</param>
/// <param name="TrainLoss">Mean loss over the epoch's batches, as they were trained.</param>
/// <param name="TrainAccuracy">Share of right answers over them; NaN where targets are no classes.</param>
/// <param name="TestLoss">Mean loss over the test samples afterwards; NaN without any.</param>
/// <param name="TestAccuracy">Share of right answers over them; NaN without any.</param>
/// <param name="LearningRate">The rate at the epoch's last step.</param>
/// <param name="Seconds">Time of the epoch, the test included.</param>
/// <param name="SamplesPerSecond">Training samples a second, the test excluded.</param>
public sealed record EpochResult(int Epoch, double TrainLoss, double TrainAccuracy, double TestLoss, double TestAccuracy,
    double LearningRate, double Seconds, double SamplesPerSecond);
