using System.Text;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Loaded code with its kernels and variables.</summary>
public sealed class CudaModule : IDisposable
{
    private readonly ModuleHandle _handle;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<KernelParameter>> _signatures;

    /// <summary>Loads PTX text, a CUBIN or a fat binary into the current context.</summary>
    /// <exception cref="CudaException">It does not fit the device or does not compile; the detail has the log.</exception>
    public CudaModule(ReadOnlySpan<byte> image, CudaJitOptions? options = null)
    {
        CudaDriver.Initialize();
        _handle = new(ModuleLoader.Load(image, options, out var log));
        _signatures = ModuleLoader.Signatures(image);
        Log = log;
    }

    /// <summary>Loads PTX text into the current context.</summary>
    /// <exception cref="CudaException">It does not compile; the detail has the log.</exception>
    public CudaModule(string ptx, CudaJitOptions? options = null)
        : this(Encoding.UTF8.GetBytes(ptx), options)
    {
    }

    /// <summary>What the driver's compiler said; much only with <see cref="CudaJitOptions.VerboseLog"/>.</summary>
    public string Log { get; }

    /// <summary>Names of kernels, where PTX was loaded.</summary>
    public IEnumerable<string> KernelNames => _signatures.Keys;

    /// <summary>The number by which the driver calls it.</summary>
    public CudaModuleHandle Handle
    {
        get
        {
            using var module = _handle.Use();
            return new(module);
        }
    }

    /// <summary>Loads a file with PTX, a CUBIN or a fat binary.</summary>
    public static CudaModule Load(string path, CudaJitOptions? options = null) => new(File.ReadAllBytes(path), options);

    /// <summary>A kernel by its name in the PTX, which for C++ is a mangled one unless declared extern "C".</summary>
    /// <exception cref="CudaException">There is none of that name.</exception>
    public CudaKernel GetKernel(string name)
    {
        using var module = _handle.Use();
        using var scope = ContextScope.Enter(_handle.Context);
        var function = ModuleLoader.GetFunction(module, name);
        return new(this, name, function, _signatures.GetValueOrDefault(name) ?? ModuleLoader.ParametersOf(function));
    }

    /// <summary>A variable by its name. It lives as long as the module.</summary>
    public CudaDeviceVariable<T> GetGlobal<T>(string name)
        where T : unmanaged
    {
        using var module = _handle.Use();
        using var scope = ContextScope.Enter(_handle.Context);
        var (address, bytes) = ModuleLoader.GetGlobal(module, name);
        return CudaDeviceVariable<T>.Borrow(address, bytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), keepAlive: this);
    }

    /// <summary>Unloads it with its kernels.</summary>
    public void Dispose() => _handle.Dispose();

    internal NativeHandle.Lease Use() => _handle.Use();

    internal nint Context => _handle.Context;

    private sealed class ModuleHandle : DriverHandle
    {
        public ModuleHandle(nint module) => OwnInCurrentContext(module);

        protected override CudaStatus Destroy(nint handle) => DriverApi.cuModuleUnload(handle);
    }
}
