using System.Runtime.InteropServices;
using CudaNet.Cuda.Kernels;
using CudaNet.VirtualGpu;
using CudaDevicePointer = CudaNet.Cuda.Driver.CudaDevicePointer;

namespace CudaNet.Cuda.Virtual;

/// <summary>Runs the samples of the kernel catalogue on a virtual GPU, from the embedded PTX.</summary>
/// <param name="device">The GPU.</param>
public sealed class SampleRunner(VirtualDevice device)
{
    private readonly Dictionary<KernelSpec, VirtualModule> _modules = [];

    /// <summary>Runs a sample.</summary>
    /// <returns>Findings, counters, registers and shared memory of the launch.</returns>
    /// <exception cref="KeyNotFoundException">The specialisation is not embedded.</exception>
    public LaunchResult Run(KernelSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var (spec, entry, grid, block, shared) = sample.Launch;
        if (!_modules.TryGetValue(spec, out var module))
            _modules[spec] = module = device.LoadModule(KernelSources.Ptx(spec) ?? throw new KeyNotFoundException($"{spec} is not embedded: dotnet pwsh build.ps1 kernels"));
        var buffers = sample.Buffers.Select((buffer, i) => Make(buffer, i + 1)).ToArray();
        try
        {
            var arguments = sample.Arguments([.. buffers.Select(buffer => new CudaDevicePointer((nint)buffer.Address))]);
            return device.Launch(module.GetFunction(entry), new(grid.X, grid.Y, grid.Z), new(block.X, block.Y, block.Z), shared, [.. arguments.Select(argument => KernelArgument.FromBytes(argument.Bytes))]);
        }
        finally
        {
            foreach (var buffer in buffers) device.Free(buffer);
        }
    }

    /// <summary>What a buffer holds before the launch; the same bytes on every device.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="seed">Decides the numbers: its place among the sample's buffers.</param>
    public static byte[] Contents(SampleBuffer buffer, int seed)
    {
        var random = new Random(seed);
        var values = new double[buffer.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = buffer.Fill switch
            {
                SampleFill.Indices => i % buffer.Bound,
                SampleFill.Random => random.NextDouble() * 2 - 1,
                _ => 0,
            };
        return buffer.Type switch
        {
            "f64" => Bytes(values, value => value),
            "f32" => Bytes(values, value => (float)value),
            "f16" => Bytes(values, value => (Half)value),
            // The upper half of an f32: rounded towards zero, which is as random.
            "bf16" => Bytes(values, value => (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)),
            "i64" => Bytes(values, value => (long)Math.Ceiling(value)),
            "i32" => Bytes(values, value => (int)Math.Ceiling(value)),
            _ => Bytes(values, value => (byte)Math.Abs(Math.Ceiling(value))),
        };
    }

    private DevicePointer Make(SampleBuffer buffer, int seed) => buffer.Fill == SampleFill.Unwritten || buffer.Count == 0
        ? device.Allocate(Math.Max(1, buffer.Bytes))
        : device.Upload<byte>(Contents(buffer, seed));

    private static byte[] Bytes<T>(double[] values, Converter<double, T> convert) where T : unmanaged =>
        MemoryMarshal.AsBytes<T>(Array.ConvertAll(values, convert)).ToArray();
}
