using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu;

/// <summary>Lays out arguments as the kernel expects them and checks them against its signature.</summary>
internal static class ArgumentPacker
{
    public static byte[] Pack(VirtualFunction function, ReadOnlySpan<KernelArgument> arguments)
    {
        var parameters = function.Program.Source.Parameters;
        if (arguments.Length != parameters.Count)
        {
            string signature = string.Join(", ", function.Parameters.Select(parameter => $".{parameter.Type} {parameter.Name}"));
            throw new LaunchException(LaunchErrorKind.ArgumentCount, $"Launch of '{function.Name}': {arguments.Length} arguments for {parameters.Count} parameters: ({signature}).");
        }

        // The bank ends on a whole word, as accesses of vectors may not.
        var packed = new byte[function.ParameterBytes + 16];
        for (int p = 0; p < parameters.Count; p++)
        {
            var parameter = parameters[p];
            var argument = arguments[p];
            if (argument.Bytes.Length != parameter.Bytes)
            {
                throw new LaunchException(LaunchErrorKind.ArgumentSize,
                    $"Launch of '{function.Name}': argument {p + 1} has {argument.Bytes.Length} bytes, parameter '{parameter.Name}' (.{parameter.Type.Name()}) has {parameter.Bytes}.");
            }

            if (!Fits(argument.Kind, parameter))
            {
                throw new LaunchException(LaunchErrorKind.ArgumentType,
                    $"Launch of '{function.Name}': argument {p + 1} is {Describe(argument.Kind)}, parameter '{parameter.Name}' is .{parameter.Type.Name()}.");
            }

            argument.Bytes.CopyTo(packed.AsSpan(function.Program.ParameterOffsets[p]));
        }

        return packed;
    }

    // A kernel sees pointers as u64 and f16 as b16; b types and structures take anything of their size.
    private static bool Fits(KernelArgument.Kinds kind, PtxVariable parameter)
    {
        string name = parameter.Type.Name();
        if (name[0] == 'b' || kind == KernelArgument.Kinds.Any) return true;
        return parameter.Type.IsFloat() ? (kind & KernelArgument.Kinds.Float) != 0 : (kind & (KernelArgument.Kinds.Integer | KernelArgument.Kinds.Pointer)) != 0;
    }

    private static string Describe(KernelArgument.Kinds kind) => kind switch
    {
        KernelArgument.Kinds.Pointer => "a pointer",
        KernelArgument.Kinds.Float => "a float",
        _ => "an integer",
    };
}
