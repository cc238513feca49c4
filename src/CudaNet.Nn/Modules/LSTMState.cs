namespace CudaNet.Nn;

/// <summary>What a long short-term memory remembers.</summary>
/// <param name="Hidden">h.</param>
/// <param name="Cell">c.</param>
public readonly record struct LSTMState(Tensor Hidden, Tensor Cell);
