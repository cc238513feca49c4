using System.Collections.Immutable;
using System.Text;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>One operation of a program: <c>value = op(a, b, c)</c>.</summary>
/// <param name="Op">An elementwise op, or a <see cref="Literal"/> (then without arguments).</param>
/// <param name="Type">Element type of the result.</param>
/// <param name="A">Value number of the first argument, −1 for none.</param>
/// <param name="B">Value number of the second argument, −1 for none.</param>
/// <param name="C">Value number of the third argument, −1 for none.</param>
public readonly record struct Instruction(Op Op, DType Type, int A = -1, int B = -1, int C = -1)
{
    /// <summary>The value number of an argument, −1 for none.</summary>
    public int this[int argument] => argument switch { 0 => A, 1 => B, _ => C };
}

/// <summary>
/// A straight-line program that is run for every element position of an iteration space: what a chain of elementwise
/// ops becomes. Values are numbered: first the inputs, then the result of each instruction.
/// </summary>
/// <param name="Inputs">Element type of each input.</param>
/// <param name="Instructions">In order; an argument is always an earlier value.</param>
/// <param name="Outputs">Value numbers that are written, one an output.</param>
public sealed record ElementwiseProgram(ImmutableArray<DType> Inputs, ImmutableArray<Instruction> Instructions, ImmutableArray<int> Outputs)
{
    /// <summary>The program of a single op.</summary>
    public static ElementwiseProgram Of(Op op, ReadOnlySpan<DType> inputs, DType result) =>
        new([.. inputs], [new(op, result, inputs.Length > 0 ? 0 : -1, inputs.Length > 1 ? 1 : -1, inputs.Length > 2 ? 2 : -1)], [inputs.Length]);

    /// <summary>Operations an element: neither literals nor casts count.</summary>
    internal int Work => Instructions.Count(instruction => instruction.Op is not Literal and not Cast);

    /// <summary>Element type of a value.</summary>
    public DType TypeOf(int value) => value < Inputs.Length ? Inputs[value] : Instructions[value - Inputs.Length].Type;

    /// <summary>As in <c>v2 = Mul(v0, v1); v3 = Add(v2, 1)</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var k = 0; k < Instructions.Length; k++)
        {
            if (Instructions[k].Op is Literal) continue;
            if (text.Length > 0) text.Append("; ");
            text.Append('v').Append(Inputs.Length + k).Append(" = ").Append(Instructions[k].Op.Name).Append('(');
            for (var a = 0; a < 3 && Instructions[k][a] >= 0; a++) text.Append(a > 0 ? ", " : "").Append(Text(Instructions[k][a]));
            text.Append(')');
        }
        return text.ToString();
    }

    private string Text(int value) => value >= Inputs.Length && Instructions[value - Inputs.Length].Op is Literal literal
        ? literal.Value.ToString()
        : $"v{value}";
}
