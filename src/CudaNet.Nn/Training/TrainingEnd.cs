namespace CudaNet.Nn.Training;

/// <summary>Why a run ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>The test loss did not get better for too long.</summary>
    StoppedEarly,

    /// <summary>It was cancelled; the checkpoint, if one was asked for, holds the place.</summary>
    Interrupted,
}
