namespace CudaNet.Nn;

/// <summary>All that a step of a gated recurrent unit computes.</summary>
/// <param name="Hidden">h after the step.</param>
/// <param name="Reset">r, from 0 to 1: what of the state the candidate sees.</param>
/// <param name="Update">z, from 0 to 1: what of the state is kept.</param>
/// <param name="Candidate">n, from −1 to 1: what could take its place.</param>
public sealed record GRUStep(Tensor Hidden, Tensor Reset, Tensor Update, Tensor Candidate);
