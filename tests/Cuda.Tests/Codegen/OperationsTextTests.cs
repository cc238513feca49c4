using CudaNet.Cuda.Codegen;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Tests;

/// <summary>The kernels of single ops are made of the same expressions as fused ones.</summary>
/// <remarks>After a change run this with CUDANET_WRITE_OPERATIONS set to the folder of kernels, then write the PTX.</remarks>
public sealed class OperationsTextTests
{
    [Test]
    public void The_file_of_operations_is_what_the_generator_makes()
    {
        var text = OperationsText.Make();
        if (Environment.GetEnvironmentVariable("CUDANET_WRITE_OPERATIONS") is { Length: > 0 } folder) File.WriteAllText(Path.Combine(folder, "operations.cuh"), text);
        else Assert.That(KernelSources.Text("operations.cuh"), Is.EqualTo(text));
    }
}
