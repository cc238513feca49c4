using System.Runtime.InteropServices;
using CudaNet.Cuda.Virtual;
using CudaNet.VirtualGpu;
using Dim3 = CudaNet.VirtualGpu.Dim3;
using KernelArgument = CudaNet.VirtualGpu.KernelArgument;

namespace CudaNet.Tests;

/// <summary>A virtual device with all checkers on, and arrays of any type with guard bands.</summary>
internal sealed class KernelBench : IDisposable
{
    private const int Guard = 256;
    private readonly List<(DevicePointer Start, int Bytes)> _guarded = [];
    private readonly List<DevicePointer> _allocated = [];
    private readonly Dictionary<KernelSpec, VirtualModule> _modules = [];

    public VirtualDevice Device { get; } = new(new VirtualDeviceOptions { ThrowOnFinding = false, InstructionLimit = 50_000_000 });

    public static int SizeOf(string type) => KernelTypes.SizeOf(type);

    /// <summary>One unit of relative rounding: 2⁻⁵³, 2⁻²⁴, 2⁻¹¹, 2⁻⁸.</summary>
    public static double Unit(string type) => type == "f64" ? Math.Pow(2, -53) : type == "f32" ? Math.Pow(2, -24) : type == "f16" ? Math.Pow(2, -11) : Math.Pow(2, -8);

    /// <summary>Rounds values to a type, so that the reference computes with what the kernel sees.</summary>
    public static double[] Rounded(string type, double[] values) => Decode(type, Encode(type, values));

    public static double[] Random(string type, int count, int seed, double scale = 1)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (int i = 0; i < count; i++) values[i] = ((random.NextDouble() * 2) - 1) * scale;
        return Rounded(type, values);
    }

    public DevicePointer Upload(string type, double[] values)
    {
        var pointer = Device.Upload<byte>(Encode(type, values));
        _allocated.Add(pointer);
        return pointer;
    }

    public DevicePointer Upload<T>(T[] values)
        where T : unmanaged
    {
        var pointer = Device.Upload<T>(values);
        _allocated.Add(pointer);
        return pointer;
    }

    /// <summary>An output that was never written, between bands that <see cref="Run"/> looks at afterwards.</summary>
    public DevicePointer Output(string type, long count)
    {
        int bytes = (int)(count * SizeOf(type));
        var start = Device.Allocate(bytes + (2 * Guard));
        _allocated.Add(start);
        Device.Fill<byte>(start, 0xA5, Guard);
        Device.Fill<byte>(start + Guard + bytes, 0xA5, Guard);
        _guarded.Add((start, bytes));
        return start + Guard;
    }

    public double[] Download(string type, DevicePointer pointer, int count) => Decode(type, Device.Download<byte>(pointer, count * SizeOf(type)));

    /// <summary>Runs a kernel that must have no finding and must leave the bands alone.</summary>
    public LaunchResult Run(KernelSpec spec, string entry, Dim3 grid, Dim3 block, params ReadOnlySpan<KernelArgument> arguments) =>
        Run(spec, entry, grid, block, 0, arguments);

    /// <summary>The same with dynamic shared memory.</summary>
    public LaunchResult Run(KernelSpec spec, string entry, Dim3 grid, Dim3 block, int sharedBytes, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (!_modules.TryGetValue(spec, out var module)) _modules[spec] = module = Device.LoadModule(KernelSources.Ptx(spec) ?? throw new ArgumentException($"{spec} is not embedded: dotnet pwsh build.ps1 kernels"));
        var result = Device.Launch(module.GetFunction(entry), grid, block, sharedBytes, arguments);
        Assert.That(result.Findings, Is.Empty, $"{spec} {entry}: {string.Join("\n", result.Findings)}");
        foreach (var (start, bytes) in _guarded)
        {
            byte[] all = Device.Download<byte>(start, bytes + (2 * Guard));
            Assert.That(all.AsSpan(0, Guard).IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1), $"{spec} {entry} wrote before its output");
            Assert.That(all.AsSpan(Guard + bytes).IndexOfAnyExcept((byte)0xA5), Is.EqualTo(-1), $"{spec} {entry} wrote behind its output");
        }

        return result;
    }

    /// <summary>Runs a sample of the catalogue.</summary>
    public LaunchResult Run(KernelSample sample)
    {
        var result = new SampleRunner(Device).Run(sample);
        Assert.That(result.Findings, Is.Empty, $"{sample.Launch.Spec} {sample.Launch.Entry}: {string.Join("\n", result.Findings)}");
        return result;
    }

    /// <summary>Runs a launch in its geometry.</summary>
    public LaunchResult Run(KernelLaunch launch, params ReadOnlySpan<KernelArgument> arguments)
    {
        var (spec, entry, grid, block, shared) = launch;
        Assert.That(shared, Is.Zero.Or.Positive);
        return Run(spec, entry, new(grid.X, grid.Y, grid.Z), new(block.X, block.Y, block.Z), shared, arguments);
    }

    /// <summary>Runs a launch whose last arguments are prepared.</summary>
    public LaunchResult Run(PreparedLaunch prepared, params ReadOnlySpan<KernelArgument> pointers) =>
        Run(prepared.Launch, [.. pointers, .. prepared.Arguments.Select(Argument)]);

    private static KernelArgument Argument(Cuda.Driver.KernelArgument argument) => KernelArgument.FromBytes(argument.Bytes);

    /// <summary>Every element within its own tolerance; names the worst one.</summary>
    public static void Close(double[] actual, double[] expected, Func<int, double> tolerance, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        int worst = -1;
        double most = 1;
        for (int i = 0; i < actual.Length; i++)
        {
            double error = actual[i].Equals(expected[i]) ? 0 : Math.Abs(actual[i] - expected[i]) / tolerance(i);
            if (error <= most) continue;
            worst = i;
            most = double.IsNaN(error) ? double.PositiveInfinity : error;
        }

        if (worst >= 0) Assert.Fail($"{what}: element {worst} is {actual[worst]:R}, not {expected[worst]:R}; {most:G3} times the tolerance {tolerance(worst):G3}.");
    }

    public void Dispose()
    {
        foreach (var pointer in _allocated) Device.Free(pointer);
        Device.Dispose();
    }

    private static byte[] Encode(string type, double[] values)
    {
        if (type == "f32") return MemoryMarshal.AsBytes<float>(Array.ConvertAll(values, value => (float)value)).ToArray();
        if (type == "f64") return MemoryMarshal.AsBytes<double>(values).ToArray();
        if (type == "i32") return MemoryMarshal.AsBytes<int>(Array.ConvertAll(values, value => (int)value)).ToArray();
        if (type == "i64") return MemoryMarshal.AsBytes<long>(Array.ConvertAll(values, value => (long)value)).ToArray();
        return MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, value => type == "f16" ? BitConverter.HalfToUInt16Bits((Half)value) : ToBFloat((float)value))).ToArray();
    }

    private static double[] Decode(string type, byte[] bytes)
    {
        if (type == "f32") return Array.ConvertAll(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), value => (double)value);
        if (type == "f64") return MemoryMarshal.Cast<byte, double>(bytes).ToArray();
        if (type == "i32") return Array.ConvertAll(MemoryMarshal.Cast<byte, int>(bytes).ToArray(), value => (double)value);
        if (type == "i64") return Array.ConvertAll(MemoryMarshal.Cast<byte, long>(bytes).ToArray(), value => (double)value);
        return Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), bits => type == "f16" ? (double)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16));
    }

    private static ushort ToBFloat(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)(float.IsNaN(value) ? 0x7FC0 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
