using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>A device that collects findings, with the modules of the kernel corpus.</summary>
internal sealed class TestDevice : IDisposable
{
    private readonly Dictionary<string, VirtualModule> _modules = [];
    private readonly List<DevicePointer> _allocated = [];

    public TestDevice(CheckOptions? checks = null, GpuCard? card = null, long instructionLimit = 50_000_000)
    {
        Device = new VirtualDevice(new VirtualDeviceOptions
        {
            ThrowOnFinding = false,
            Checks = checks ?? CheckOptions.All,
            Card = card ?? GpuCard.A100,
            InstructionLimit = instructionLimit,
            Workers = 2,
            Print = text => Printed.Add(text),
        });
    }

    public VirtualDevice Device { get; }

    public List<string> Printed { get; } = [];

    public static string Folder => Path.Combine(TestContext.CurrentContext.TestDirectory, "Kernels");

    public static string Ptx(string file) => File.ReadAllText(Path.Combine(Folder, file + ".ptx"));

    public VirtualFunction Kernel(string file, string name)
    {
        if (!_modules.TryGetValue(file, out var module)) _modules[file] = module = Device.LoadModule(Ptx(file));
        return module.GetFunction(name);
    }

    public DevicePointer Upload<T>(T[] values)
        where T : unmanaged => Keep(Device.Upload<T>(values));

    public DevicePointer Allocate(long bytes) => Keep(Device.Allocate(bytes));

    public DevicePointer Keep(DevicePointer pointer)
    {
        _allocated.Add(pointer);
        return pointer;
    }

    /// <summary>Runs a kernel that must be clean.</summary>
    public LaunchResult Clean(VirtualFunction kernel, Dim3 grid, Dim3 block, int shared, params ReadOnlySpan<KernelArgument> arguments)
    {
        var result = Device.Launch(kernel, grid, block, shared, arguments);
        Assert.That(result.Findings, Is.Empty, string.Join("\n", result.Findings));
        return result;
    }

    public void Dispose()
    {
        foreach (var pointer in _allocated) Device.Free(pointer);
        Device.Dispose();
        Assert.That(Device.Leaks, Is.Empty);
    }
}
