using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CudaNet.Cuda.Kernels;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>The program behind a matrix product as text that is put in front of the product's own.</summary>
/// <param name="Text">Defines EPILOGUE, <c>struct EpilogueArguments</c> and
/// <c>float epilogue_of(const EpilogueArguments &amp;, float sum, long long at)</c>.</param>
/// <param name="Bytes">The structure, all but its pointers and the number of the first element.</param>
internal sealed record GeneratedEpilogue(string Text, byte[] Bytes)
{
    /// <summary>Offset of the number of the element at which the kernel's result begins, 64 bits.</summary>
    public const int FirstOffset = 0;

    /// <summary>Offset of the pointer to the program's input number <paramref name="extra"/> + 1.</summary>
    public static int PointerOffset(int extra) => (1 + extra) * sizeof(long);

    /// <summary>The texts of product and epilogue as one.</summary>
    public GeneratedKernel Before(string entry, string source) => new(entry, Text + source);
}

/// <summary>
/// Makes the epilogue of a product whose kernel can take any: the kernel's arguments end in a field <c>extra</c> of type
/// <c>EpilogueArguments</c> where EPILOGUE is defined, and it gives each sum and the place of the result in C to
/// <c>epilogue_of</c>. C has to be row-major over the output's shape.
/// </summary>
internal static class EpilogueGenerator
{
    /// <summary>True if text can be made for a program: floating, of one output of the product's type.</summary>
    public static bool CanGenerate(ElementwiseProgram program) =>
        KernelTypes.IsFloat(program.Inputs[0]) && program.Outputs is [var output] && program.TypeOf(output) == program.Inputs[0]
        && ProgramText.Knows(program) && !ProgramText.ReportsErrors(program);

    /// <summary>The epilogue.</summary>
    /// <param name="program">Its first input is the sum.</param>
    /// <param name="shape">The output's shape.</param>
    /// <param name="layouts">The further inputs over it.</param>
    public static GeneratedEpilogue Generate(ElementwiseProgram program, Shape shape, IReadOnlyList<Layout> layouts)
    {
        var space = IterationSpace.Of(shape, layouts);
        var access = OperandAccesses.Of(space);
        var strided = Enumerable.Range(0, access.Length).Where(k => access[k] == OperandAccess.Strided).ToArray();
        var axes = new AxisArguments("", strided.Length > 0 ? space.Sizes : [], [.. strided.Select(k => ($"a{k}", space.Strides[k]))], AxisArguments.IsWide(space.Sizes, strided.Select(k => space.Strides[k])));
        var fields = axes.Parameters().Split(", ", StringSplitOptions.RemoveEmptyEntries);

        var text = new StringBuilder(ProgramText.Prelude(program)).Append("}\n#define EPILOGUE 1\nstruct EpilogueArguments {\n    long long first;\n");
        for (var k = 0; k < access.Length; k++) text.Append(CultureInfo.InvariantCulture, $"    const {KernelTypes.Name(program.Inputs[k + 1])} *p{k};\n");
        foreach (var field in fields) text.Append(CultureInfo.InvariantCulture, $"    {field};\n");
        text.Append("};\nnamespace generated {\n").Append(ProgramText.Function("program", program));
        text.Append("}\nDEVICE float epilogue_of(const EpilogueArguments &g, float sum, long long at) {\n    using namespace generated;\n    const long long i = g.first + at;\n");
        foreach (var field in fields) text.Append(CultureInfo.InvariantCulture, $"    const {field} = g.{field[(field.LastIndexOf(' ') + 1)..]};\n");
        text.Append(axes.Offsets("i", "    "));
        var values = access.Select((how, k) => $", ::widen(g.p{k}[{how switch { OperandAccess.Linear => "i", OperandAccess.Scalar => "0", _ => $"a{k}o" }}])");
        text.Append(CultureInfo.InvariantCulture, $"    float result;\n    program(sum{string.Concat(values)}, result);\n    return result;\n}}\n");

        var bytes = new List<byte>(new byte[(1 + access.Length) * sizeof(long)]);
        foreach (var number in axes.Numbers()) bytes.AddRange(number.Bytes);
        while (bytes.Count % sizeof(long) != 0) bytes.Add(0);
        return new(text.ToString(), [.. bytes]);
    }

    /// <summary>A kernel's arguments with those of the epilogue behind them.</summary>
    public static byte[] Joined<T>(T arguments, GeneratedEpilogue epilogue, long first) where T : unmanaged
    {
        var own = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in arguments));
        byte[] joined = [.. own, .. epilogue.Bytes];
        MemoryMarshal.Write(joined.AsSpan(own.Length + GeneratedEpilogue.FirstOffset), in first);
        return joined;
    }
}
