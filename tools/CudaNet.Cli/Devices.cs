using System.CommandLine;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cli;

/// <summary>The option that chooses a device.</summary>
internal static class Devices
{
    public static Option<string> Option() => new Option<string>("--device")
    {
        Description = "Where to run: cpu, cuda, cuda:1, virtual (a CUDA device in software), or auto (cuda if there is one, else cpu)",
        HelpName = "DEVICE",
        DefaultValueFactory = _ => "cpu",
    }.Completing(["auto", "cpu", "cuda", "virtual"]);

    /// <summary>Makes the named device the default one.</summary>
    /// <exception cref="DeviceException">There is none.</exception>
    public static Device Use(string name)
    {
        // The CPU is always there, and an error that lists what is known shall say so.
        _ = Device.Cpu.Backend;
        var device = name.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase) ? (CudaDriver.IsAvailable ? Device.Cuda : Device.Cpu) : Device.Parse(name);
        _ = device.Backend;
        return Device.Default = device;
    }

    public static Option<T> Completing<T>(this Option<T> option, string[] names)
    {
        option.CompletionSources.Add(names);
        return option;
    }
}
