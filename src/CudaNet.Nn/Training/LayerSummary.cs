namespace CudaNet.Nn.Training;

/// <summary>One line of a model's summary.</summary>
/// <param name="Name">Dotted name in the model.</param>
/// <param name="Kind">Type and sizes.</param>
/// <param name="Output">Shape of the result.</param>
/// <param name="Parameters">Trained values; those of a layer that is called twice count at its first call.</param>
/// <param name="Flops">Floating-point operations of the call.</param>
public sealed record LayerSummary(string Name, string Kind, Shape Output, long Parameters, long Flops);
