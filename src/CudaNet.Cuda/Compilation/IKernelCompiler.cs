namespace CudaNet.Cuda.Compilation;

/// <summary>Makes device code of CUDA C.</summary>
public interface IKernelCompiler
{
    /// <summary>Name and version, as in "NVRTC 11.8": part of the key under which results are kept.</summary>
    string Version { get; }

    /// <summary>Compiles one program; <c>common.cuh</c> is found by itself.</summary>
    /// <param name="name">File name, for messages.</param>
    /// <param name="source">The text.</param>
    /// <param name="defines">Definitions as <c>NAME=value</c>.</param>
    /// <param name="architecture">As in <c>sm_80</c>.</param>
    /// <returns>PTX text, or an image for that architecture.</returns>
    byte[] Compile(string name, string source, IReadOnlyList<string> defines, string architecture);
}
