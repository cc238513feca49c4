namespace CudaNet.Nn;

/// <summary>An autoencoder: x̂ = decoder(encoder(x)), trained towards x̂ ≈ x through a code that cannot hold all of it.</summary>
/// <param name="encoder">x to the code.</param>
/// <param name="decoder">The code to x̂.</param>
public sealed class Autoencoder(Module encoder, Module decoder) : Module
{
    /// <summary>x to the code.</summary>
    public Module Encoder { get; } = encoder;

    /// <summary>The code to x̂.</summary>
    public Module Decoder { get; } = decoder;

    /// <summary>The code of x.</summary>
    public Tensor Encode(Tensor x) => Encoder.Forward(x);

    /// <summary>What a code stands for.</summary>
    public Tensor Decode(Tensor z) => Decoder.Forward(z);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Decode(Encode(x));
}
