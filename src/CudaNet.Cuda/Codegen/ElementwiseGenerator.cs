using System.Globalization;
using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>
/// Makes one kernel of an elementwise program. Where operands lie linearly, or in rows of neighbours, a thread works on as
/// many neighbours as fit into accesses of 16 bytes; else on elements a block apart, so that a warp's are neighbours.
/// Where an operand is transposed, see <see cref="TiledElementwise"/>.
/// </summary>
/// <remarks>
/// The text depends on the program, on how each operand is found and on the number of axes; shapes are arguments. A thread
/// reads what it needs of all inputs before it writes the first output, so that an output may lie over linear inputs.
/// Parameters: inputs, outputs, [error, token,] number of elements, then what <see cref="AxisArguments"/> wants.
/// </remarks>
internal static class ElementwiseGenerator
{
    /// <summary>Threads of a block.</summary>
    public const int Threads = 256;

    /// <summary>Elements a thread where they are read one by one: enough loads in flight to hide their latency.</summary>
    private const int Unrolled = 4;

    /// <summary>True if a kernel can be made of a program over a shape.</summary>
    public static bool CanGenerate(ElementwiseProgram program, Shape shape) =>
        ProgramText.Knows(program) && (program.Inputs.Length * (1 + shape.Rank) + program.Outputs.Length + 2 * shape.Rank + 3) * sizeof(long) <= GeneratedKernel.MostParameterBytes;

    /// <summary>The kernel for a program over a shape.</summary>
    /// <param name="program">What is computed.</param>
    /// <param name="shape">What is iterated over; outputs are row-major over it.</param>
    /// <param name="layouts">How each input lies over the shape.</param>
    public static GeneratedLaunch Generate(ElementwiseProgram program, Shape shape, IReadOnlyList<Layout> layouts)
    {
        var space = IterationSpace.Of(shape, layouts);
        if (TiledElementwise.TryGenerate(program, space) is { } tiled) return tiled;
        var (access, width) = Choose(program, space);
        var strided = Enumerable.Range(0, access.Length).Where(k => access[k] is OperandAccess.Row or OperandAccess.Column or OperandAccess.Strided).ToArray();
        var wide = AxisArguments.IsWide(space.Sizes, strided.Select(k => space.Strides[k]));
        var axes = new AxisArguments("", space.Sizes, [.. strided.Select(k => ($"a{k}", space.Strides[k]))], wide);
        var reports = ProgramText.ReportsErrors(program);
        var perBlock = Threads * (width > 1 ? width : Unrolled);
        var count = shape.ElementCount;
        var kernel = new GeneratedKernel("elementwise", Source(program, access, width, axes, reports));
        return new(kernel, (int)((count + perBlock - 1) / perBlock), Threads, [count, .. strided.Length > 0 ? axes.Numbers() : []], reports);
    }

    /// <summary>How each input is found, and how many neighbours a thread works on.</summary>
    private static (OperandAccess[] Access, int Width) Choose(ElementwiseProgram program, IterationSpace space)
    {
        var access = OperandAccesses.Of(space);
        var width = Neighbours(program);
        if (Array.TrueForAll(access, a => a is OperandAccess.Linear or OperandAccess.Scalar)) return (access, width);
        // Neighbours that are worked on together must be in one row, and each row as well aligned as the first.
        var rows = (OperandAccess[])access.Clone();
        for (var k = 0; k < access.Length; k++)
        {
            if (access[k] != OperandAccess.Strided) continue;
            var strides = space.Strides[k];
            if (strides[^1] == 0) rows[k] = OperandAccess.Column;
            else if (strides[^1] == 1 && Array.TrueForAll(strides[..^1], stride => stride % width == 0)) rows[k] = OperandAccess.Row;
            else return (access, 1);
        }
        return space.Sizes[^1] % width == 0 ? (rows, width) : (access, 1);
    }

    /// <summary>Neighbours that fit into accesses of 16 bytes of every operand.</summary>
    public static int Neighbours(ElementwiseProgram program) => 16 / program.Inputs.Concat(program.Outputs.Select(program.TypeOf)).Max(type => type.Size());

    /// <summary>The kernel's text.</summary>
    /// <param name="program">What is computed.</param>
    /// <param name="access">How each input is found.</param>
    /// <param name="width">Neighbours that a thread works on.</param>
    /// <param name="axes">Sizes and strides of what is found by axes; null where nothing is.</param>
    /// <param name="reports">Whether it takes an error record.</param>
    /// <param name="list">Where it finds its operands if they are those of one of several tensors; null for parameters.</param>
    public static string Source(ElementwiseProgram program, OperandAccess[] access, int width, AxisArguments? axes, bool reports, ElementwiseList? list = null)
    {
        var text = new StringBuilder(ProgramText.Prelude(program));
        text.Append(list?.Declaration);
        text.Append(ProgramText.Function("program", program));
        List<(string Declaration, string Name)> operands =
        [
            .. program.Inputs.Select((type, k) => ($"const {KernelTypes.Name(type)} *", $"p{k}")),
            .. program.Outputs.Select((value, k) => ($"{KernelTypes.Name(program.TypeOf(value))} *", $"q{k}")),
        ];
        List<string> parameters =
        [
            .. list is null ? operands.Select(operand => operand.Declaration + operand.Name) : ["Tensors list"],
            .. reports ? ["IndexError *error", "unsigned long long token"] : (string[])[],
            .. list is null ? ["long long n"] : (string[])[],
        ];
        var perThread = width > 1 ? width : Unrolled;
        var strided = axes is not null && access.Any(a => a is not (OperandAccess.Linear or OperandAccess.Scalar));
        text.Append(CultureInfo.InvariantCulture, $"extern \"C\" __global__ void __launch_bounds__({Threads}) elementwise({string.Join(", ", parameters)}{(strided ? axes!.Parameters() : "")}) {{\n");
        text.Append(list?.Operands(operands));
        text.Append(CultureInfo.InvariantCulture, $"    const long long first = (long long){(list is null ? "blockIdx.x" : "block")} * {Threads * perThread};\n");
        for (var k = 0; k < access.Length; k++)
            if (access[k] == OperandAccess.Scalar) text.Append(CultureInfo.InvariantCulture, $"    const {Lane(k)} a{k} = widen(p{k}[0]);\n");
        if (width > 1) Together(text);
        OneByOne(text);
        return text.Append("}\n}\n").ToString();

        string Lane(int k) => OpText.Lane(program.Inputs[k]);

        // Whole blocks whose operands are aligned.
        void Together(StringBuilder text)
        {
            List<string> aligned =
            [
                .. Enumerable.Range(0, access.Length).Where(k => access[k] is OperandAccess.Linear or OperandAccess.Row).Select(k => Aligned($"p{k}", program.Inputs[k])),
                .. program.Outputs.Select((value, k) => Aligned($"q{k}", program.TypeOf(value))),
            ];
            text.Append(CultureInfo.InvariantCulture, $"    if (({string.Join(" | ", aligned)}) == 0 && first + {Threads * width} <= n) {{\n");
            text.Append(CultureInfo.InvariantCulture, $"        const long long i = first + threadIdx.x * {width};\n");
            if (strided) text.Append(axes!.Offsets("i", "        "));
            for (var k = 0; k < access.Length; k++)
            {
                if (access[k] == OperandAccess.Scalar) continue;
                if (access[k] == OperandAccess.Column) text.Append(CultureInfo.InvariantCulture, $"        const {Lane(k)} a{k} = widen(p{k}[a{k}o]);\n");
                else text.Append(CultureInfo.InvariantCulture, $"        {Lane(k)} a{k}[{width}];\n        load_pack<{width}>(p{k} + {(access[k] == OperandAccess.Linear ? "i" : $"a{k}o")}, a{k});\n");
            }
            Results(text, width, "        ");
            text.Append(CultureInfo.InvariantCulture, $"#pragma unroll\n        for (int k = 0; k < {width}; k++) program({Arguments(k => access[k] is OperandAccess.Scalar or OperandAccess.Column)});\n");
            for (var k = 0; k < program.Outputs.Length; k++) text.Append(CultureInfo.InvariantCulture, $"        store_pack<{width}>(q{k} + i, r{k});\n");
            text.Append("        return;\n    }\n");
        }

        // The rest, element by element, neighbours in neighbouring threads.
        void OneByOne(StringBuilder text)
        {
            for (var k = 0; k < access.Length; k++)
                if (access[k] != OperandAccess.Scalar) text.Append(CultureInfo.InvariantCulture, $"    {Lane(k)} a{k}[{perThread}];\n");
            text.Append(CultureInfo.InvariantCulture, $"#pragma unroll\n    for (int k = 0; k < {perThread}; k++) {{\n        const long long i = first + k * {Threads} + threadIdx.x;\n        if (i >= n) continue;\n");
            if (strided) text.Append(axes!.Offsets("i", "        "));
            for (var k = 0; k < access.Length; k++)
                if (access[k] != OperandAccess.Scalar) text.Append(CultureInfo.InvariantCulture, $"        a{k}[k] = widen(p{k}[{(access[k] == OperandAccess.Linear ? "i" : $"a{k}o")}]);\n");
            text.Append(CultureInfo.InvariantCulture, $"    }}\n#pragma unroll\n    for (int k = 0; k < {perThread}; k++) {{\n        const long long i = first + k * {Threads} + threadIdx.x;\n        if (i >= n) continue;\n");
            Results(text, 0, "        ");
            text.Append(CultureInfo.InvariantCulture, $"        program({Arguments(k => access[k] is OperandAccess.Scalar, results: "")});\n");
            for (var k = 0; k < program.Outputs.Length; k++) text.Append(CultureInfo.InvariantCulture, $"        q{k}[i] = rounded<{KernelTypes.Name(program.TypeOf(program.Outputs[k]))}>(r{k});\n");
            text.Append("    }\n");
        }

        void Results(StringBuilder text, int count, string indent)
        {
            for (var k = 0; k < program.Outputs.Length; k++)
                text.Append(CultureInfo.InvariantCulture, $"{indent}{OpText.Lane(program.TypeOf(program.Outputs[k]))} r{k}{(count > 0 ? $"[{count}]" : "")};\n");
        }

        string Arguments(Func<int, bool> isOne, string results = "[k]") => string.Join(", ",
            [
                .. Enumerable.Range(0, access.Length).Select(k => isOne(k) ? $"a{k}" : $"a{k}[k]"),
                .. reports ? ["error", "token"] : (string[])[],
                .. Enumerable.Range(0, program.Outputs.Length).Select(k => $"r{k}{results}"),
            ]);

        string Aligned(string pointer, DType type) => $"(unsigned long long){pointer} & {width * type.Size() - 1}";
    }
}
