using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text;
using CudaNet.Cuda.Cublas;
using CudaNet.Cuda.Cudnn;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Nvml;

namespace CudaNet.Tests;

/// <summary>Holds each structure that goes to native code against the layout that a C compiler gives it.</summary>
public sealed class AbiTests
{
    private static readonly Type[] Structures =
    [
        typeof(DeviceUuid), typeof(Memcpy2D), typeof(Memcpy3D), typeof(Memcpy3DPeer), typeof(MemoryLocation), typeof(MemoryAccess), typeof(MemoryPoolProperties),
        typeof(LaunchAttribute), typeof(LaunchConfiguration), typeof(LtAlgorithm), typeof(LtHeuristicResult), typeof(ConvolutionPerformance), typeof(NvmlMemory), typeof(NvmlRates),
    ];

    [Test]
    public void Sizes_and_offsets_are_those_of_the_C_compiler()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("The probe is compiled with gcc, which is looked for on Linux only.");
        var compiled = CompileAndRun(Probe());
        Assert.Multiple(() =>
        {
            foreach (var (what, ours) in Ours())
                Assert.That(compiled.GetValueOrDefault(what, -1), Is.EqualTo(ours), what);
        });
    }

    [Test]
    public void Every_structure_of_the_bindings_is_checked()
    {
        var declared = typeof(DriverApi).Assembly.GetTypes().Where(type => type is { IsValueType: true, IsEnum: false, IsPublic: false, IsNested: false }
            && type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && Used().Contains(type));
        Assert.That(declared, Is.SubsetOf(Structures));
    }

    [Test]
    public void No_structure_holds_a_reference()
    {
        foreach (var structure in Structures)
            Assert.That((bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(structure).Invoke(null, null)!, Is.False, structure.Name);
    }

    /// <summary>Structures that appear in a native signature, by pointer or by value.</summary>
    private static HashSet<Type> Used() =>
        [.. NativeMethods.All.SelectMany(method => method.Method.GetParameters()).Select(parameter => parameter.ParameterType)
            .Select(type => type.IsPointer ? type.GetElementType()! : type).Where(type => type is { IsValueType: true, IsPrimitive: false, IsEnum: false })];

    private static IEnumerable<(string What, long Value)> Ours()
    {
        foreach (var structure in Structures)
        {
            yield return ($"sizeof {structure.Name}", SizeOf(structure));
            foreach (var field in FieldsOf(structure))
                yield return ($"{structure.Name}.{field.Name}", OffsetOf(structure, field));
        }
    }

    private static string Probe()
    {
        var program = new StringBuilder("#include <stdio.h>\n#include \"cudanet_abi.h\"\nint main(void)\n{\n");
        foreach (var structure in Structures)
        {
            program.AppendLine(CultureInfo.InvariantCulture, $"    printf(\"sizeof {structure.Name}=%zu\\n\", sizeof({structure.Name}));");
            foreach (var field in FieldsOf(structure))
                program.AppendLine(CultureInfo.InvariantCulture, $"    printf(\"{structure.Name}.{field.Name}=%zu\\n\", offsetof({structure.Name}, {field.Name}));");
        }
        return program.Append("    return 0;\n}\n").ToString();
    }

    private static Dictionary<string, long> CompileAndRun(string program)
    {
        var folder = Directory.CreateTempSubdirectory("cudanet-abi");
        try
        {
            string source = Path.Combine(folder.FullName, "probe.c"), executable = Path.Combine(folder.FullName, "probe");
            File.WriteAllText(source, program);
            Run("gcc", "-std=c11", "-Wall", "-Werror", "-I", Path.Combine(TestContext.CurrentContext.TestDirectory, "abi"), source, "-o", executable);
            return Run(executable).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('='))
                .ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process? process = null;
        try
        {
            process = Process.Start(start);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            Assert.Ignore($"{command} cannot be run here: {error.Message}");
        }
        using (process)
        {
            var output = process!.StandardOutput.ReadToEnd();
            var errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, errors);
            return output;
        }
    }

    // The one field of an inline array is not a field of the structure in C.
    private static FieldInfo[] FieldsOf(Type structure) => structure.GetCustomAttribute<InlineArrayAttribute>() is not null ? []
        : structure.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static int SizeOf(Type structure) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(structure).Invoke(null, null)!;

    /// <summary>Marshal's own answer is about marshalled structures; this is about the memory that is handed over.</summary>
    private static long OffsetOf(Type structure, FieldInfo field)
    {
        var method = new DynamicMethod("offset", typeof(long), [], typeof(AbiTests).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        var local = code.DeclareLocal(structure);
        code.Emit(OpCodes.Ldloca, local);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_U);
        code.Emit(OpCodes.Ldloca, local);
        code.Emit(OpCodes.Conv_U);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Conv_I8);
        code.Emit(OpCodes.Ret);
        return (long)method.Invoke(null, null)!;
    }
}
