using System.Security.Cryptography;
using System.Text;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Codegen;

/// <summary>A program in CUDA C that was made for a step. Equal texts have equal names, so that what is kept under the name
/// serves every shape for which the text is the same.</summary>
/// <param name="Entry">Name of the kernel in the text.</param>
/// <param name="Source">The text; includes headers of <c>kernels/</c>.</param>
internal sealed record GeneratedKernel(string Entry, string Source)
{
    /// <summary>What the parameters of a kernel may take.</summary>
    public const int MostParameterBytes = 4000;

    /// <summary>The entry's name and a digest of the text.</summary>
    public string Name { get; } = $"{Entry}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Source)), 0, 12)}";
}

/// <summary>A generated kernel with the geometry and numbers for one shape.</summary>
/// <param name="Kernel">The text.</param>
/// <param name="Grid">Blocks; none for an empty result.</param>
/// <param name="Block">Threads of a block.</param>
/// <param name="Numbers">Arguments behind the pointers.</param>
/// <param name="ReportsErrors">Whether the kernel takes an error record and a token between pointers and numbers.</param>
internal sealed record GeneratedLaunch(GeneratedKernel Kernel, Dim3 Grid, Dim3 Block, IReadOnlyList<KernelArgument> Numbers, bool ReportsErrors);
