using System.Collections.Concurrent;
using System.Text;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Cuda.Execution;

/// <summary>A kernel that is loaded on a device.</summary>
/// <param name="Handle">For launches.</param>
/// <param name="Name">Its name.</param>
internal sealed record LoadedKernel(CudaFunctionHandle Handle, string Name);

/// <summary>The kernels of a device: compiled or taken from the embedded PTX when first asked for, then kept.</summary>
/// <param name="driver">The device.</param>
/// <param name="compiler">What compiles for it; null where nothing does.</param>
/// <param name="preferEmbedded">Take embedded PTX before compiling: right for the virtual device, whose compiler made it.</param>
internal sealed class KernelLibrary(ICudaDriver driver, IKernelCompiler? compiler, bool preferEmbedded)
{
    private readonly ConcurrentDictionary<string, Lazy<CudaModuleHandle>> _modules = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Module, string Entry), LoadedKernel> _kernels = new();

    /// <summary>Whether text that was not compiled ahead can be compiled.</summary>
    public bool CanCompile => compiler is not null;

    /// <summary>A kernel of the catalogue.</summary>
    public LoadedKernel Get(KernelSpec spec, string entry) => Get(spec.Name, entry, () => Image(spec));

    /// <summary>A kernel of a text that was generated.</summary>
    /// <param name="name">Name of the text, without ending; has to tell one text from another.</param>
    /// <param name="source">The text.</param>
    /// <param name="defines">Definitions.</param>
    /// <param name="entry">Name of the kernel in it.</param>
    public LoadedKernel Generate(string name, Func<string> source, IReadOnlyList<string> defines, string entry) =>
        Get(name, entry, () => Compile(name, source(), defines));

    private LoadedKernel Get(string module, string entry, Func<byte[]> image)
    {
        if (_kernels.TryGetValue((module, entry), out var known)) return known;
        var loaded = _modules.GetOrAdd(module, _ => new(() => driver.LoadModule(image()))).Value;
        return _kernels.GetOrAdd((module, entry), _ => new(driver.GetFunction(loaded, entry), $"{module}:{entry}"));
    }

    private byte[] Image(KernelSpec spec)
    {
        if ((preferEmbedded || compiler is null) && KernelSources.Ptx(spec) is { } ptx) return Encoding.UTF8.GetBytes(ptx);
        return Compile(spec.Source, KernelSources.Text(spec.Source + ".cu"), spec.DefineList);
    }

    private byte[] Compile(string name, string source, IReadOnlyList<string> defines) => compiler is null
        ? throw new DeviceException($"Kernel '{name}' ({string.Join(' ', defines)}) is not compiled ahead, and no compiler is here. Install NVRTC for a card, or clang-14 for the virtual device.")
        : compiler.Compile(name + ".cu", source, defines, driver.Properties.Architecture);
}
