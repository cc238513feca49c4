using System.Globalization;
using System.Text;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cuda.Codegen;

/// <summary>An elementwise program as a device function over values in their compute types.</summary>
/// <remarks>Rounds where the CPU rounds: half types are computed in float and rounded by casts and when they are stored; a
/// product that only feeds a sum is joined with it.</remarks>
internal static class ProgramText
{
    /// <summary>True if every op of a program has an expression.</summary>
    public static bool Knows(ElementwiseProgram program)
    {
        foreach (var instruction in program.Instructions)
            if (!OpText.Knows(instruction.Op, ArgumentType(program, instruction))) return false;
        return true;
    }

    /// <summary>True if a program divides integers, and so may have to report a divisor of 0.</summary>
    public static bool ReportsErrors(ElementwiseProgram program) =>
        program.Instructions.Any(instruction => OpText.DividesIntegers(instruction.Op, ArgumentType(program, instruction)));

    /// <summary>True if a program calls elementary functions.</summary>
    public static bool NeedsMath(ElementwiseProgram program) => program.Instructions.Any(instruction => OpText.NeedsMath(instruction.Op, ArgumentType(program, instruction)));

    /// <summary>What a text with these programs starts with: the headers of the functions that they call, and a namespace that the text has to close.</summary>
    public static string Prelude(params ReadOnlySpan<ElementwiseProgram?> programs)
    {
        var math = false;
        foreach (var program in programs)
            math |= program is not null && NeedsMath(program);
        return $"#include \"{(math ? "math" : "elementwise")}.cuh\"\nnamespace generated {{\n";
    }

    /// <summary>
    /// The function <c>name(v0, v1, …, [error, token,] r0, r1, …)</c>: inputs by value, outputs by reference, all in their
    /// compute types.
    /// </summary>
    /// <param name="name">The function's name.</param>
    /// <param name="program">The program.</param>
    /// <param name="wide">True if outputs go on in the compute type; false if they are stored at once, which rounds them.</param>
    public static string Function(string name, ElementwiseProgram program, bool wide = false)
    {
        var reports = ReportsErrors(program);
        var text = new StringBuilder();
        List<string> parameters =
        [
            .. program.Inputs.Select((type, k) => $"{OpText.Lane(type)} v{Number(k)}"),
            .. reports ? ["IndexError *error", "unsigned long long token"] : (string[])[],
            .. program.Outputs.Select((value, k) => $"{OpText.Lane(program.TypeOf(value))} &r{Number(k)}"),
        ];
        text.Append(CultureInfo.InvariantCulture, $"DEVICE void {name}({string.Join(", ", parameters)}) {{\n");
        var uses = Uses(program);
        var joined = JoinedProducts(program, uses);
        for (var k = 0; k < program.Instructions.Length; k++)
        {
            var (instruction, value) = (program.Instructions[k], program.Inputs.Length + k);
            if (instruction.Op is Literal || joined.Contains(value)) continue;
            var type = ArgumentType(program, instruction);
            if (OpText.DividesIntegers(instruction.Op, type)) text.Append(CultureInfo.InvariantCulture, $"    check_divisor({Argument(program, instruction.B)}, error, token);\n");
            text.Append(CultureInfo.InvariantCulture, $"    const {OpText.Lane(instruction.Type)} v{value} = {Expression(program, instruction, type, joined, round: wide || uses[value] != OnlyOutput)};\n");
        }
        for (var k = 0; k < program.Outputs.Length; k++) text.Append(CultureInfo.InvariantCulture, $"    r{k} = {Argument(program, program.Outputs[k])};\n");
        return text.Append("}\n").ToString();
    }

    /// <summary>Uses of a value that is an output and nothing else.</summary>
    private const int OnlyOutput = 2;

    private static string Expression(ElementwiseProgram program, Instruction instruction, DType type, HashSet<int> joined, bool round)
    {
        if (instruction.Op is Cast) return OpText.Convert(Argument(program, instruction.A), type, instruction.Type, round);
        if (instruction.Op is Add && (joined.Contains(instruction.A) ? instruction.A : joined.Contains(instruction.B) ? instruction.B : -1) is >= 0 and var product)
        {
            var factors = program.Instructions[product - program.Inputs.Length];
            var summand = product == instruction.A ? instruction.B : instruction.A;
            return $"multiply_add({Argument(program, factors.A)}, {Argument(program, factors.B)}, {Argument(program, summand)})";
        }
        return OpText.Of(instruction.Op, type, Argument(program, instruction.A), Argument(program, instruction.B), Argument(program, instruction.C));
    }

    /// <summary>Floating products whose one use is a sum, one a sum.</summary>
    private static HashSet<int> JoinedProducts(ElementwiseProgram program, int[] uses)
    {
        var joined = new HashSet<int>();
        foreach (var instruction in program.Instructions)
        {
            if (instruction.Op is not Add || !instruction.Type.IsFloating() || instruction.A == instruction.B) continue;
            foreach (var argument in (ReadOnlySpan<int>)[instruction.A, instruction.B])
                if (argument >= program.Inputs.Length && program.Instructions[argument - program.Inputs.Length].Op is Mul && uses[argument] == 1)
                {
                    joined.Add(argument);
                    break;
                }
        }
        return joined;
    }

    private static int[] Uses(ElementwiseProgram program)
    {
        var uses = new int[program.Inputs.Length + program.Instructions.Length];
        foreach (var instruction in program.Instructions)
            for (var k = 0; k < 3; k++)
                if (instruction[k] >= 0) uses[instruction[k]]++;
        foreach (var output in program.Outputs) uses[output] += OnlyOutput;
        return uses;
    }

    /// <summary>Type of the last argument, which an op's inputs have in common (the mask of Where comes first).</summary>
    private static DType ArgumentType(ElementwiseProgram program, Instruction instruction) =>
        (instruction.C >= 0 ? instruction.C : instruction.B >= 0 ? instruction.B : instruction.A) is >= 0 and var last ? program.TypeOf(last) : instruction.Type;

    private static string Argument(ElementwiseProgram program, int value) => value < 0 ? ""
        : value >= program.Inputs.Length && program.Instructions[value - program.Inputs.Length] is { Op: Literal literal } instruction
            ? OpText.Constant(literal.Value, instruction.Type)
            : $"v{Number(value)}";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
