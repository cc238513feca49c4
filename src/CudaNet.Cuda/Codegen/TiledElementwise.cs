using System.Globalization;
using System.Text;
using CudaNet.Cuda.Driver;
using CudaNet.Cuda.Kernels;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Codegen;

/// <summary>
/// Elementwise programs with an operand that is transposed: its neighbours in memory lie along another axis than those of the
/// result. A block works on a tile of 32 × 32 over the two axes, and a warp on 8 × 4 of it at a time, so that it touches
/// whole sectors of 32 bytes along both: what one round leaves of a sector the next ones find in the first-level cache.
/// </summary>
/// <remarks>Parameters: inputs, outputs, [error, token,] sizes of the tile's axes a (the last) and b, the divisors of their tiles,
/// then of each operand the strides along a and b, and what <see cref="AxisArguments"/> wants for the other axes.</remarks>
internal static class TiledElementwise
{
    private const int Threads = 256;
    private const int Tile = 32;

    /// <summary>Shorter axes do not fill sectors.</summary>
    private const long ShortestAxis = 8;

    /// <summary>The kernel, or null where no operand is transposed.</summary>
    public static GeneratedLaunch? TryGenerate(ElementwiseProgram program, IterationSpace space)
    {
        var last = space.Sizes.Length - 1;
        if (last < 1 || space.Sizes[last] < ShortestAxis || AxisArguments.IsWide(space.Sizes, space.Strides)) return null;
        var (other, transposed) = Enumerable.Range(0, last).Where(axis => space.Sizes[axis] >= ShortestAxis)
            .Select(axis => (Axis: axis, Count: space.Strides.Count(strides => Math.Abs(strides[axis]) == 1 && Math.Abs(strides[last]) > 1)))
            .OrderByDescending(choice => choice.Count).FirstOrDefault();
        if (transposed == 0) return null;

        int[] rest = [.. Enumerable.Range(0, last).Where(axis => axis != other)];
        var linear = new Shape(space.Sizes).ContiguousStrides();
        var isScalar = space.Strides.Select(strides => Array.TrueForAll(strides, stride => stride == 0)).ToArray();
        var operands = Enumerable.Range(0, program.Inputs.Length).Where(k => !isScalar[k]).Select(k => (Name: $"a{k}", Strides: space.Strides[k])).Append((Name: "q", Strides: linear)).ToArray();
        var axes = new AxisArguments("", Array.ConvertAll(rest, axis => space.Sizes[axis]), [.. operands.Select(operand => (operand.Name, Array.ConvertAll(rest, axis => operand.Strides[axis])))], wide: false);
        var (tilesA, tilesB) = ((space.Sizes[last] + Tile - 1) / Tile, (space.Sizes[other] + Tile - 1) / Tile);
        var blocks = rest.Aggregate(tilesA * tilesB, (product, axis) => product * space.Sizes[axis]);
        if (blocks > int.MaxValue) return null;
        KernelArgument[] numbers =
        [
            (int)space.Sizes[last], (int)space.Sizes[other], KernelArgument.Of(new KernelDivisor((int)tilesA)), KernelArgument.Of(new KernelDivisor((int)tilesB)),
            .. operands.SelectMany(operand => (KernelArgument[])[(int)operand.Strides[last], (int)operand.Strides[other]]),
            .. axes.Numbers(),
        ];
        return new(new("elementwise", Source(program, isScalar, [.. operands.Select(operand => operand.Name)], axes)), (int)blocks, Threads, numbers, ProgramText.ReportsErrors(program));
    }

    private static string Source(ElementwiseProgram program, bool[] isScalar, string[] operands, AxisArguments axes)
    {
        var reports = ProgramText.ReportsErrors(program);
        var text = new StringBuilder(ProgramText.Prelude(program)).Append(ProgramText.Function("program", program));
        List<string> parameters =
        [
            .. program.Inputs.Select((type, k) => $"const {KernelTypes.Name(type)} *p{k}"),
            .. program.Outputs.Select((value, k) => $"{KernelTypes.Name(program.TypeOf(value))} *q{k}"),
            .. reports ? ["IndexError *error", "unsigned long long token"] : (string[])[],
            "int sizeA", "int sizeB", "Divisor tilesA", "Divisor tilesB",
            .. operands.Select(name => $"int {name}sA, int {name}sB"),
        ];
        text.Append(CultureInfo.InvariantCulture, $$"""
            extern "C" __global__ void __launch_bounds__({{Threads}}) elementwise({{string.Join(", ", parameters)}}{{axes.Parameters()}}) {
                int block = blockIdx.x;
                int rest = divide(block, tilesA);
                const int tileA = block, other = divide(rest, tilesB), tileB = rest;
                const int t = threadIdx.x, a = tileA * {{Tile}} + (t & 7) + (t >> 5 & 3) * 8, b = tileB * {{Tile}} + (t >> 3 & 3) + (t >> 7) * 16;

            """);
        text.Append(axes.Offsets("other", "    "));
        string At(string name) => $"{name}o + a * {name}sA + (b + 4 * k) * {name}sB";
        for (var k = 0; k < isScalar.Length; k++)
            text.Append(CultureInfo.InvariantCulture, $"    {OpText.Lane(program.Inputs[k])} a{k}{(isScalar[k] ? $" = widen(p{k}[0])" : "[4]")};\n");
        const string Loop = "#pragma unroll\n    for (int k = 0; k < 4; k++) {\n        if (a >= sizeA || b + 4 * k >= sizeB) continue;\n";
        text.Append(Loop);
        for (var k = 0; k < isScalar.Length; k++)
            if (!isScalar[k]) text.Append(CultureInfo.InvariantCulture, $"        a{k}[k] = widen(p{k}[{At($"a{k}")}]);\n");
        text.Append("    }\n").Append(Loop);
        for (var k = 0; k < program.Outputs.Length; k++) text.Append(CultureInfo.InvariantCulture, $"        {OpText.Lane(program.TypeOf(program.Outputs[k]))} r{k};\n");
        List<string> arguments =
        [
            .. isScalar.Select((scalar, k) => scalar ? $"a{k}" : $"a{k}[k]"),
            .. reports ? ["error", "token"] : (string[])[],
            .. program.Outputs.Select((_, k) => $"r{k}"),
        ];
        text.Append(CultureInfo.InvariantCulture, $"        program({string.Join(", ", arguments)});\n");
        for (var k = 0; k < program.Outputs.Length; k++)
            text.Append(CultureInfo.InvariantCulture, $"        q{k}[{At("q")}] = rounded<{KernelTypes.Name(program.TypeOf(program.Outputs[k]))}>(r{k});\n");
        return text.Append("    }\n}\n}\n").ToString();
    }
}
