namespace CudaNet.Nn;

/// <summary>All that a step of a long short-term memory computes.</summary>
/// <param name="State">h and c after the step.</param>
/// <param name="Input">i, from 0 to 1: what is stored.</param>
/// <param name="Forget">f, from 0 to 1: what is kept.</param>
/// <param name="Candidate">g, from −1 to 1: what could be stored.</param>
/// <param name="Output">o, from 0 to 1: what is shown.</param>
public sealed record LSTMStep(LSTMState State, Tensor Input, Tensor Forget, Tensor Candidate, Tensor Output);
