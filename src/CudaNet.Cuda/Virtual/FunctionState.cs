using CudaNet.Cuda.Driver;
using CudaNet.VirtualGpu;

namespace CudaNet.Cuda.Virtual;

/// <summary>A loaded module and the handles of its kernels.</summary>
internal sealed record ModuleState(VirtualModule Module, IReadOnlyDictionary<string, IReadOnlyList<Driver.KernelParameter>> Signatures)
{
    public Dictionary<string, nint> Functions { get; } = new(StringComparer.Ordinal);

    /// <summary>80 of sm_80.</summary>
    public int Target { get; } = int.Parse(new string([.. Module.Target.Skip("sm_".Length).TakeWhile(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture);

}

/// <summary>A kernel with what the driver tells of it.</summary>
internal sealed class FunctionState(ModuleState module, VirtualFunction function, CudaDeviceProperties device)
{
    private const int MostRegisters = 255;
    private readonly Dictionary<CudaFunctionAttribute, int> _settings = new()
    {
        [CudaFunctionAttribute.MaxDynamicSharedSizeBytes] = Math.Max(0, device.SharedBytesPerBlock - function.StaticSharedBytes),
        [CudaFunctionAttribute.PreferredSharedMemoryCarveout] = -1,
        [CudaFunctionAttribute.NonPortableClusterSizeAllowed] = 0,
        [CudaFunctionAttribute.ClusterSchedulingPolicyPreference] = 0,
    };

    public ModuleState Module { get; } = module;

    public VirtualFunction Function { get; } = function;

    public IReadOnlyList<Driver.KernelParameter>? Parameters { get; } = module.Signatures.GetValueOrDefault(function.Name);

    /// <summary>An estimate, since PTX has as many registers as it likes. A kernel that states its block has no more than that
    /// block can have, others no more than an instruction can name.</summary>
    public int Registers { get; } = Math.Min(function.RegisterEstimate,
        function.StatesMaxThreads ? Math.Min(MostRegisters, device.RegistersPerBlock / Rounded(function.MaxThreadsPerBlock, 32) / 8 * 8) : MostRegisters);

    /// <summary>Threads that a block may have, by its own statement or by its registers, which are given out in units of 256.</summary>
    public int MaxThreads => Function.StatesMaxThreads ? Function.MaxThreadsPerBlock
        : Math.Min(device.MaxThreadsPerBlock, device.RegistersPerBlock / Rounded(Math.Max(1, Registers) * 32, 256) * 32);

    public int Attribute(CudaFunctionAttribute attribute) => attribute switch
    {
        CudaFunctionAttribute.MaxThreadsPerBlock => MaxThreads,
        CudaFunctionAttribute.SharedSizeBytes => Function.StaticSharedBytes,
        CudaFunctionAttribute.ConstSizeBytes => Module.Module.ConstantBytes,
        CudaFunctionAttribute.LocalSizeBytes => Function.LocalBytes,
        CudaFunctionAttribute.RegisterCount => Registers,
        // What NVIDIA calls its version is in fact the virtual architecture.
        CudaFunctionAttribute.PtxVersion => Module.Target,
        CudaFunctionAttribute.BinaryVersion => (device.ComputeCapability.Major * 10) + device.ComputeCapability.Minor,
        CudaFunctionAttribute.CacheModeCa or CudaFunctionAttribute.ClusterSizeMustBeSet or CudaFunctionAttribute.RequiredClusterWidth
            or CudaFunctionAttribute.RequiredClusterHeight or CudaFunctionAttribute.RequiredClusterDepth => 0,
        _ => _settings.TryGetValue(attribute, out var value) ? value : throw new CudaException("cuFuncGetAttribute", CudaStatus.InvalidValue, $"{attribute} was asked for."),
    };

    public void Set(CudaFunctionAttribute attribute, int value)
    {
        var possible = attribute switch
        {
            CudaFunctionAttribute.MaxDynamicSharedSizeBytes => value >= 0 && value <= device.SharedBytesPerBlockOptIn - Function.StaticSharedBytes,
            CudaFunctionAttribute.PreferredSharedMemoryCarveout => value is >= -1 and <= 100,
            CudaFunctionAttribute.NonPortableClusterSizeAllowed => value is 0 or 1,
            CudaFunctionAttribute.ClusterSchedulingPolicyPreference => value is >= 0 and <= 2,
            _ => false,
        };
        if (!possible) throw new CudaException("cuFuncSetAttribute", CudaStatus.InvalidValue, $"{attribute} = {value}.");
        _settings[attribute] = value;
    }

    public int ActiveBlocks(GpuCard card, int blockSize, int dynamicSharedBytes) =>
        Occupancy.Of(card, blockSize, Registers, Function.StaticSharedBytes + dynamicSharedBytes).BlocksPerMultiprocessor;

    private static int Rounded(int value, int unit) => (value + unit - 1) / unit * unit;
}
