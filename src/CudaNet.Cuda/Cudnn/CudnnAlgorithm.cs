namespace CudaNet.Cuda.Cudnn;

/// <summary>An algorithm that was found for a convolution.</summary>
/// <typeparam name="T">Which of the three: forward, or one of the gradients.</typeparam>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Status">Success if it can be used.</param>
/// <param name="Milliseconds">The time that it took, or is thought to take; negative if unknown.</param>
/// <param name="WorkspaceBytes">Memory that it needs.</param>
/// <param name="IsDeterministic">True if its results are repeatable bit for bit.</param>
/// <param name="MathType">How exact its products are.</param>
public readonly record struct CudnnAlgorithm<T>(T Algorithm, CudnnStatus Status, float Milliseconds, long WorkspaceBytes, bool IsDeterministic, CudnnMathType MathType)
    where T : struct, Enum;
