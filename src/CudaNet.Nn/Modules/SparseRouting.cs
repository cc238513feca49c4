namespace CudaNet.Nn;

/// <summary>What a routing did.</summary>
/// <param name="BalanceLoss">Experts · Σ (share of choices) · (mean weight): 1 when all experts are used alike, more otherwise.</param>
/// <param name="Usage">Share of the choices that fell on each expert, [experts].</param>
/// <param name="Dropped">Choices that found no place, a scalar.</param>
/// <param name="Chosen">Experts of each row, best first, [rows, k].</param>
public sealed record SparseRouting(Tensor BalanceLoss, Tensor Usage, Tensor Dropped, Tensor Chosen);
