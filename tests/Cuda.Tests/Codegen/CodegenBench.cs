using System.Runtime.InteropServices;
using CudaNet.Cuda.Codegen;
using CudaNet.Execution;
using CudaNet.Ops;
using CudaNet.VirtualGpu;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>An input of a generated kernel: a buffer and how it lies over the space.</summary>
internal sealed record TestInput(DType Type, byte[] Data, Layout Layout);

/// <summary>Runs steps by generated kernels on the virtual device with all checkers on, and by the CPU's kernels.</summary>
internal sealed class CodegenBench : IDisposable
{
    private const int Guard = 256;
    private readonly Dictionary<string, VirtualModule> _modules = [];
    private readonly List<DevicePointer> _allocated = [];

    public VirtualDevice Device { get; } = new(new VirtualDeviceOptions { ThrowOnFinding = false, InstructionLimit = 50_000_000 });

    /// <summary>What the last launch did.</summary>
    public LaunchResult Last { get; private set; } = null!;

    /// <summary>The error record after the last launch that reports errors: the token 77, or 0.</summary>
    public ulong Reported { get; private set; }

    public const ulong Token = 77;

    public DevicePointer Upload(byte[] data)
    {
        var pointer = Device.Upload<byte>(data);
        _allocated.Add(pointer);
        return pointer;
    }

    /// <summary>Memory that was never written, with bands around it that <see cref="Download"/> looks at.</summary>
    public DevicePointer Output(long bytes)
    {
        var start = Device.Allocate(bytes + 2 * Guard);
        _allocated.Add(start);
        Device.Fill<byte>(start, 0xA5, Guard);
        Device.Fill<byte>(start + Guard + bytes, 0xA5, Guard);
        return start + Guard;
    }

    public byte[] Download(DevicePointer output, long bytes)
    {
        var all = Device.Download<byte>(new DevicePointer(output.Address - Guard), (int)bytes + 2 * Guard);
        Assert.That(all.AsSpan(0, Guard).IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1), "wrote before its output");
        Assert.That(all.AsSpan(Guard + (int)bytes).IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1), "wrote behind its output");
        return all[Guard..^Guard];
    }

    public void Launch(GeneratedLaunch launch, params ReadOnlySpan<DevicePointer> pointers)
    {
        if (launch.Grid.Count == 0) return;
        if (!_modules.TryGetValue(launch.Kernel.Name, out var module))
        {
            var ptx = ClangPrograms.Compile(launch.Kernel);
            Assert.That(ptx, Does.Not.Contain("ld.local").And.Not.Contain("st.local"), launch.Kernel.Source);
            _modules[launch.Kernel.Name] = module = Device.LoadModule(ptx);
        }
        var arguments = new List<KernelArgument>();
        foreach (var pointer in pointers) arguments.Add(pointer);
        var record = default(DevicePointer);
        if (launch.ReportsErrors)
        {
            record = Upload(new byte[24]);
            arguments.Add(record);
            arguments.Add(Token);
        }
        foreach (var number in launch.Numbers) arguments.Add(KernelArgument.FromBytes(number.Bytes));
        Last = Device.Launch(module.GetFunction(launch.Kernel.Entry), new(launch.Grid.X, launch.Grid.Y, launch.Grid.Z), new(launch.Block.X, launch.Block.Y, launch.Block.Z), 0, [.. arguments]);
        Assert.That(Last.Findings, Is.Empty, string.Join("\n", Last.Findings) + "\n" + launch.Kernel.Source);
        Reported = launch.ReportsErrors ? Device.Download<ulong>(record, 1)[0] : 0;
    }

    /// <summary>The results of a step on the CPU.</summary>
    public static unsafe byte[][] OnCpu(Op op, IReadOnlyList<TestInput> inputs, IReadOnlyList<TensorType> outputs)
    {
        var step = new Step(op, [.. inputs.Select(input => new Operand(0, input.Layout, input.Type))], [.. outputs.Select(type => new Operand(0, Layout.Contiguous(type.Shape), type.DType))]) { Name = op.Name };
        var results = outputs.Select(type => new byte[Math.Max(1, type.Shape.ElementCount * type.DType.Size())]).ToArray();
        var handles = inputs.Select(input => input.Data).Concat(results).Select(data => GCHandle.Alloc(data, GCHandleType.Pinned)).ToArray();
        try
        {
            var pointers = handles.Select((handle, k) => handle.AddrOfPinnedObject() + (k < inputs.Count ? (nint)(inputs[k].Layout.Offset * inputs[k].Type.Size()) : 0)).ToArray();
            Backends.Get(CudaNet.Device.Cpu).Compile(step).Run(pointers);
        }
        finally
        {
            foreach (var handle in handles) handle.Free();
        }
        return [.. results.Select((result, k) => result[..(int)(outputs[k].Shape.ElementCount * outputs[k].DType.Size())])];
    }

    /// <summary>Asserts that two results are equal, or for floating types within so many units in the last place of the type.</summary>
    public static void Close(byte[] actual, byte[] expected, DType type, double units, string what, double absolute = 0)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        var (a, e) = (TestValues.Decode(type, actual), TestValues.Decode(type, expected));
        if (!type.IsFloating())
        {
            Assert.That(actual.AsSpan().SequenceEqual(expected), Is.True, () => $"{what}: element {Enumerable.Range(0, a.Length).First(i => a[i] != e[i])} is {a[Enumerable.Range(0, a.Length).First(i => a[i] != e[i])]}, not {e[Enumerable.Range(0, a.Length).First(i => a[i] != e[i])]}");
            return;
        }
        var (worst, most) = (-1, 1.0);
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i].Equals(e[i]) || a[i] == e[i]) continue;
            var error = Math.Abs(a[i] - e[i]) / (units * TestValues.Unit(type, e[i]) + absolute);
            if (error > most || double.IsNaN(error)) (worst, most) = (i, double.IsNaN(error) ? double.PositiveInfinity : error);
        }
        if (worst >= 0) Assert.Fail($"{what}: element {worst} is {a[worst]:R}, not {e[worst]:R}; {most:G3} times the tolerance.");
    }

    public void Dispose()
    {
        foreach (var pointer in _allocated) Device.Free(pointer);
        Device.Dispose();
    }
}
