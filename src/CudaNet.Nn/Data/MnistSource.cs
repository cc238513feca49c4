namespace CudaNet.Nn.Data;

/// <summary>Where a data set of MNIST's form lies, and what its ten classes are called.</summary>
/// <param name="Name">Title for people: "MNIST" or "Fashion-MNIST".</param>
/// <param name="Folder">The folder of the four files.</param>
/// <param name="ClassNames">Ten names, by label.</param>
public sealed record MnistSource(string Name, string Folder, IReadOnlyList<string> ClassNames);
