using System.Text;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Loads images with the driver's compiler and brings its logs back.</summary>
internal static unsafe class ModuleLoader
{
    public static nint Load(ReadOnlySpan<byte> image, CudaJitOptions? options, out string log)
    {
        if (image.IsEmpty) throw new ArgumentException("The image of a module is empty.", nameof(image));
        options ??= new();
        // PTX is a text for the driver and needs its zero.
        var text = IsPtx(image) && image[^1] != 0 ? [.. image, 0] : image;
        byte[] information = new byte[options.LogBytes], errors = new byte[options.LogBytes];
        fixed (byte* code = text, informationLog = information, errorLog = errors)
        {
            var names = stackalloc JitOption[12];
            var values = stackalloc nint[12];
            var count = 0u;
            Set(JitOption.InfoLogBuffer, (nint)informationLog);
            Set(JitOption.InfoLogBufferSize, information.Length);
            Set(JitOption.ErrorLogBuffer, (nint)errorLog);
            Set(JitOption.ErrorLogBufferSize, errors.Length);
            if (options.MaxRegisters is { } registers) Set(JitOption.MaxRegisters, registers);
            if (options.OptimizationLevel is { } level) Set(JitOption.OptimizationLevel, level);
            if (options.Target is { } target) Set(JitOption.Target, (nint)target);
            if (options.GenerateLineInfo) Set(JitOption.GenerateLineInfo, 1);
            if (options.GenerateDebugInfo) Set(JitOption.GenerateDebugInfo, 1);
            if (options.VerboseLog) Set(JitOption.LogVerbose, 1);
            nint module;
            var status = DriverApi.cuModuleLoadDataEx(&module, code, count, names, values);
            if (status != CudaStatus.Success)
            {
                var failure = NativeText.From(errors);
                status.Check(failure.Length > 0 ? failure : NativeText.From(information), nameof(DriverApi.cuModuleLoadDataEx));
            }
            log = NativeText.From(information);
            return module;

            void Set(JitOption name, nint value)
            {
                names[count] = name;
                values[count++] = value;
            }
        }
    }

    public static nint GetFunction(nint module, string name)
    {
        nint function;
        fixed (byte* text = NativeText.ToBytes(name)) DriverApi.cuModuleGetFunction(&function, module, text).Check($"The kernel '{name}' was asked for.");
        return function;
    }

    public static (CudaDevicePointer Address, long Bytes) GetGlobal(nint module, string name)
    {
        nint address;
        nuint bytes;
        fixed (byte* text = NativeText.ToBytes(name)) DriverApi.cuModuleGetGlobal_v2(&address, &bytes, module, text).Check($"The variable '{name}' was asked for.");
        return (new(address), (long)bytes);
    }

    public static int GetAttribute(nint function, CudaFunctionAttribute attribute)
    {
        int value;
        DriverApi.cuFuncGetAttribute(&value, attribute, function).Check($"{attribute} was asked for.");
        return value;
    }

    /// <summary>Kernels' parameters by the PTX; empty for another image.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<KernelParameter>> Signatures(ReadOnlySpan<byte> image) =>
        IsPtx(image) ? PtxSignature.Parse(Encoding.UTF8.GetString(image)) : new Dictionary<string, IReadOnlyList<KernelParameter>>();

    /// <summary>Sizes of a kernel's parameters by the driver, where it is new enough to tell; their kinds stay unknown.</summary>
    public static IReadOnlyList<KernelParameter>? ParametersOf(nint function)
    {
        if (!CudaLibraries.Driver.Has(nameof(DriverApi.cuFuncGetParamInfo))) return null;
        var parameters = new List<KernelParameter>();
        nuint offset, bytes;
        while (DriverApi.cuFuncGetParamInfo(function, (nuint)parameters.Count, &offset, &bytes) == CudaStatus.Success)
            parameters.Add(new($"parameter {parameters.Count}", KernelArgumentKind.Any, (int)bytes, $"b{8 * bytes}"));
        return parameters;
    }

    /// <summary>PTX is text; a CUBIN is an ELF file and a fat binary has its own number at the start.</summary>
    public static bool IsPtx(ReadOnlySpan<byte> image)
    {
        if (image.StartsWith("\u007fELF"u8) || image.StartsWith<byte>([0x50, 0xED, 0x55, 0xBA])) return false;
        return image.IndexOf(".version"u8) >= 0;
    }
}
