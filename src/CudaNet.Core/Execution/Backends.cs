using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace CudaNet.Execution;

/// <summary>The installed backends. An assembly registers its own in a module initialiser; for a kind that is not
/// registered yet, the assembly <c>CudaNet.{Kind}</c> beside this one is loaded, so that a reference to the package is
/// enough; "virtual" is a CUDA device and comes with CudaNet.Cuda.</summary>
public static class Backends
{
    private static readonly ConcurrentDictionary<string, Func<int, IBackend>> Factories = new();
    private static readonly ConcurrentDictionary<Device, Lazy<IBackend>> Instances = new();

    /// <summary>Makes a kind of device known.</summary>
    /// <param name="kind">"cpu", "cuda", …</param>
    /// <param name="create">Makes the backend of the device with a number.</param>
    public static void Register(string kind, Func<int, IBackend> create) => Factories[kind] = create;

    /// <summary>The kinds that are registered now.</summary>
    public static IEnumerable<string> Kinds => Factories.Keys;

    /// <summary>The backend of a device, made at its first use.</summary>
    /// <exception cref="DeviceException">No backend of that kind is installed.</exception>
    public static IBackend Get(Device device) => Instances.GetOrAdd(device, static d => new(() => Create(d))).Value;

    /// <summary>Lets a device go; its next use makes it anew. For one that is lost by an error: what lay on it is lost too, and
    /// tensors that are there cannot be read any more.</summary>
    public static void Reset(Device device)
    {
        if (Instances.TryRemove(device, out var instance) && instance.IsValueCreated && instance.Value is IDisposable disposable) disposable.Dispose();
    }

    private static IBackend Create(Device device)
    {
        if (!Factories.ContainsKey(device.Kind)) TryLoad(device.Kind);
        return Factories.TryGetValue(device.Kind, out var create)
            ? create(device.Index)
            : throw new DeviceException($"Device: no backend for '{device}' is installed. Known: {string.Join(", ", Factories.Keys.Order())}. Reference the package {AssemblyOf(device.Kind)}.");
    }

    private static void TryLoad(string kind)
    {
        try
        {
            RuntimeHelpers.RunModuleConstructor(Assembly.Load(AssemblyOf(kind)).ManifestModule.ModuleHandle);
        }
        catch (Exception error) when (error is IOException or BadImageFormatException)
        {
            // Not installed: the caller says so.
        }
    }

    private static string AssemblyOf(string kind) => kind == Device.Virtual.Kind ? AssemblyOf(Device.Cuda.Kind) : $"CudaNet.{Capitalized(kind)}";

    private static string Capitalized(string kind) => kind.Length == 0 ? kind : char.ToUpperInvariant(kind[0]) + kind[1..];
}
