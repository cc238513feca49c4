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

    private DevicePointer Make(SampleBuffer buffer, int seed)
    {
        if (buffer.Fill == SampleFill.Unwritten || buffer.Count == 0) return device.Allocate(Math.Max(1, buffer.Bytes));
        var random = new Random(seed);
        var values = new double[buffer.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = buffer.Fill switch
            {
                SampleFill.Zeros => 0,
                SampleFill.Indices => i % buffer.Bound,
                _ => random.NextDouble() * 2 - 1,
            };
        return buffer.Type switch
        {
            "f64" => device.Upload<double>(values),
            "f32" => Upload(values, value => (float)value),
            "f16" => Upload(values, value => (Half)value),
            // The upper half of an f32: rounded towards zero, which is as random.
            "bf16" => Upload(values, value => (ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16)),
            "i64" => Upload(values, value => (long)Math.Ceiling(value)),
            "i32" => Upload(values, value => (int)Math.Ceiling(value)),
            _ => Upload(values, value => (byte)Math.Abs(Math.Ceiling(value))),
        };
    }

    private DevicePointer Upload<T>(double[] values, Converter<double, T> convert) where T : unmanaged => device.Upload<T>(Array.ConvertAll(values, convert));
}
