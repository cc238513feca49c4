namespace CudaNet.Nn;

/// <summary>The weights of one layer and direction of a recurrent network.</summary>
/// <param name="Input">[gates · hidden, input].</param>
/// <param name="Hidden">[gates · hidden, output].</param>
/// <param name="InputBias">[gates · hidden]; null for none.</param>
/// <param name="HiddenBias">[gates · hidden]; null for none.</param>
/// <param name="Projection">[output, hidden]; null for none.</param>
internal sealed record RNNWeights(Parameter Input, Parameter Hidden, Parameter? InputBias, Parameter? HiddenBias, Parameter? Projection)
{
    /// <summary>Both biases together; null for none.</summary>
    public Tensor? Bias => InputBias is null ? null : InputBias.Value + HiddenBias!.Value;
}
