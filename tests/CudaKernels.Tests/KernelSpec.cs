namespace CudaNet.Tests;

/// <summary>A specialisation of a kernel file: what it takes to compile it.</summary>
/// <param name="Source">The file, without its ending.</param>
/// <param name="Defines">Definitions, as <c>NAME=value</c> in a fixed order.</param>
public sealed record KernelSpec(string Source, params string[] Defines)
{
    /// <summary>Name of the file with its PTX.</summary>
    public string PtxName => string.Join('.', [Source, .. Defines.Select(define => define.Replace("=", ""))]) + ".ptx";

    /// <summary>The compiled text that stands beside the sources.</summary>
    public string Ptx => File.ReadAllText(Path.Combine(Folder, "ptx", PtxName));

    /// <summary>Where the sources lie.</summary>
    public static string Folder => Path.Combine(TestContext.CurrentContext.TestDirectory, "kernels");

    public override string ToString() => PtxName;
}
