namespace CudaNet.Nn.Training;

/// <summary>What a step of both players came to.</summary>
/// <param name="Discriminator">Its loss before its last step, penalties left out.</param>
/// <param name="Generator">Its loss before its step.</param>
public readonly record struct AdversarialLosses(double Discriminator, double Generator);
