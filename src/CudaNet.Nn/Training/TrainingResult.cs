namespace CudaNet.Nn.Training;

/// <summary>What a run came to.</summary>
/// <param name="End">Why it ended.</param>
/// <param name="Epochs">All epochs, those before a resume included.</param>
/// <param name="Steps">Optimiser steps in all.</param>
/// <param name="Elapsed">Time of this call.</param>
public sealed record TrainingResult(TrainingEnd End, IReadOnlyList<EpochResult> Epochs, long Steps, TimeSpan Elapsed);
