using CudaNet.Execution;

namespace CudaNet;

/// <summary>Where a tensor lives and its operations run: a kind of device ("cpu", "cuda", "virtual") and its number.</summary>
public readonly record struct Device(string Kind, int Index = 0)
{
    /// <summary>The CPU.</summary>
    public static Device Cpu => new("cpu");

    /// <summary>The first CUDA card.</summary>
    public static Device Cuda => new("cuda");

    /// <summary>The CUDA device in software, on which kernels are checked without a card.</summary>
    public static Device Virtual => new("virtual");

    /// <summary>The device of new tensors where none is named.</summary>
    public static Device Default { get; set; } = Cpu;

    /// <summary>The backend that runs this device.</summary>
    /// <exception cref="DeviceException">No backend of that kind is installed.</exception>
    public IBackend Backend => Backends.Get(this);

    /// <summary>"cpu", "cuda" or "cuda:1".</summary>
    /// <exception cref="DeviceException">The text is not a device.</exception>
    public static Device Parse(string text)
    {
        var colon = text.IndexOf(':');
        if (colon < 0) return new(text.Trim().ToLowerInvariant());
        return int.TryParse(text[(colon + 1)..], out var index) && index >= 0
            ? new(text[..colon].Trim().ToLowerInvariant(), index)
            : throw new DeviceException($"Device: '{text}' is not a device. Write cpu, cuda or cuda:1.");
    }

    /// <inheritdoc/>
    public override string ToString() => Index == 0 ? Kind : $"{Kind}:{Index}";
}
