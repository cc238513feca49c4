namespace CudaNet.Nn;

/// <summary>What a layer's queries see of a cache.</summary>
/// <param name="Keys">[batch, heads, keys, depth], Float32.</param>
/// <param name="Values">[batch, heads, keys, depth].</param>
/// <param name="Mask">Bool [batch, 1, queries, keys], true where a query may look; null where the form's own rules hold.</param>
/// <param name="Positions">Positions of the keys, Int64 [keys] or [batch, keys]; null for 0, 1, 2, ….</param>
public readonly record struct KvView(Tensor Keys, Tensor Values, Tensor? Mask, Tensor? Positions);
