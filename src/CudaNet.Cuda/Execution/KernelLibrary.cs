using System.Collections.Concurrent;
using System.Text;
using CudaNet.Cuda.Compilation;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;

namespace CudaNet.Cuda.Execution;

/// <summary>A kernel of a device. It is compiled in the background from when it is first asked for, and loaded at its first launch,
/// so that the kernels of a plan are compiled side by side.</summary>
/// <param name="load">Waits for the module and finds the kernel in it.</param>
internal sealed class LoadedKernel(Func<CudaFunctionHandle> load)
{
    private readonly Lock _loading = new();
    private CudaFunctionHandle? _handle;

    /// <summary>For launches.</summary>
    /// <exception cref="KernelCompilationException">It does not compile.</exception>
    public CudaFunctionHandle Handle
    {
        get
        {
            // What failed is tried again by the next launch.
            lock (_loading) return _handle ??= load();
        }
    }
}

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

    private LoadedKernel Get(string module, string entry, Func<byte[]> image) => _kernels.GetOrAdd((module, entry), _ =>
    {
        if (!_modules.ContainsKey(module))
        {
            var making = Task.Run(image);
            _modules.TryAdd(module, new(() => driver.LoadModule(making.GetAwaiter().GetResult())));
        }
        return new(() =>
        {
            var loaded = _modules.GetOrAdd(module, _ => new(() => driver.LoadModule(image())));
            try
            {
                return driver.GetFunction(loaded.Value, entry);
            }
            catch
            {
                _modules.TryRemove(new(module, loaded));
                throw;
            }
        });
    });

    private byte[] Image(KernelSpec spec)
    {
        if ((preferEmbedded || compiler is null) && KernelSources.Ptx(spec) is { } ptx) return Encoding.UTF8.GetBytes(ptx);
        return Compile(spec.Source, KernelSources.Text(spec.Source + ".cu"), spec.DefineList);
    }

    private byte[] Compile(string name, string source, IReadOnlyList<string> defines) => compiler is null
        ? throw new DeviceException($"Kernel '{name}' ({string.Join(' ', defines)}) is not compiled ahead, and no compiler is here. Install NVRTC for a card, or clang-14 for the virtual device.")
        : compiler.Compile(name + ".cu", source, defines, driver.Properties.Architecture);
}
