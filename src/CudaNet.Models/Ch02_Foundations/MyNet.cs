using CudaNet.Nn;

namespace CudaNet.Models.Ch02_Foundations;

/// <summary>The network of section 2.8 of the notes: linear, ReLU, linear.</summary>
/// <remarks>The notes' text speaks of two hidden layers; their code, and this, has one.</remarks>
public sealed class MyNet(int inputs = 784, int hidden = 128, int outputs = 10, RandomStream? random = null) : Module
{
    /// <summary>Inputs to hidden.</summary>
    public Linear Fc1 { get; } = new(inputs, hidden, random: random);

    /// <summary>Hidden to outputs.</summary>
    public Linear Fc2 { get; } = new(hidden, outputs, random: random);

    private readonly Flatten _flatten = new();
    private readonly ReLU _relu = new();

    /// <summary>Images or rows [batch, …] to raw scores [batch, outputs].</summary>
    public override Tensor Forward(Tensor x) => Fc2.Forward(_relu.Forward(Fc1.Forward(_flatten.Forward(x))));

    /// <inheritdoc/>
    public override string ToString() => $"{Fc1.InFeatures}-{Fc1.OutFeatures}-{Fc2.OutFeatures}";
}
