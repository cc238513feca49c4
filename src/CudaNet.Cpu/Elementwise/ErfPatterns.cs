using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Cpu.Elementwise;

/// <summary>Finds x/2·(1 + erf(x/√2)), which is GELU, and 1 + erf(t) elsewhere: each is cheaper as a whole, and exact far below zero,
/// where the sum of its parts cancels.</summary>
internal sealed class ErfPatterns
{
    private readonly ElementwiseProgram _program;
    private readonly int[] _uses;
    private readonly HashSet<int> _parts = [];
    private readonly Dictionary<int, (int Argument, bool IsGelu)> _found = [];

    /// <param name="program">The program.</param>
    /// <param name="uses">How often each value is used; an output counts twice.</param>
    public ErfPatterns(ElementwiseProgram program, int[] uses)
    {
        (_program, _uses) = (program, uses);
        // From the end: GELU takes the sum within it.
        for (var value = uses.Length - 1; value >= program.Inputs.Length; value--)
        {
            // Doubles have no use for it: their error function is a table of rational functions.
            if (_parts.Contains(value) || LaneTypes.Of(program.TypeOf(value)) != Lane.Single) continue;
            if (Gelu(value) is { } gelu) Found(value, gelu.Argument, true, gelu.Parts);
            else if (OnePlusErf(value) is { } sum) Found(value, sum.Argument, false, [sum.Erf]);
        }
    }

    /// <summary>Whether a value is not computed for itself.</summary>
    public bool IsPart(int value) => _parts.Contains(value);

    /// <summary>What a value is the pattern of, and which; null for none.</summary>
    public (int Argument, bool IsGelu)? this[int value] => _found.TryGetValue(value, out var found) ? found : null;

    private void Found(int value, int argument, bool isGelu, ReadOnlySpan<int> parts)
    {
        _found.Add(value, (argument, isGelu));
        foreach (var part in parts) _parts.Add(part);
    }

    /// <summary>(x·0.5)·(1 + erf(x·√½)), with nothing inside used elsewhere.</summary>
    private (int Argument, int[] Parts)? Gelu(int value)
    {
        if (Of<Mul>(value) is not { } product) return null;
        foreach (var (half, sum) in ((int, int)[])[(product.A, product.B), (product.B, product.A)])
        {
            if (_uses[half] != 1 || _uses[sum] != 1 || OnePlusErf(sum) is not { } inner || _uses[inner.Argument] != 1) continue;
            if (Scaled(half, 0.5) is { } x && Scaled(inner.Argument, Math.Sqrt(0.5)) == x) return (x, [half, sum, inner.Erf, inner.Argument]);
        }
        return null;
    }

    private (int Argument, int Erf)? OnePlusErf(int value)
    {
        if (Of<Add>(value) is not { } sum) return null;
        foreach (var (erf, one) in ((int, int)[])[(sum.A, sum.B), (sum.B, sum.A)])
            if (Number(one) == 1 && _uses[erf] == 1 && Of<Erf>(erf) is { } function) return (function.A, erf);
        return null;
    }

    /// <summary>The x of x·factor.</summary>
    private int? Scaled(int value, double factor)
    {
        if (Of<Mul>(value) is not { } product) return null;
        return Number(product.B) == factor ? product.A : Number(product.A) == factor ? product.B : null;
    }

    private double? Number(int value) => value >= _program.Inputs.Length && Of(value).Op is Literal literal ? literal.Value.Value : null;

    private Instruction Of(int value) => _program.Instructions[value - _program.Inputs.Length];

    private Instruction? Of<TOp>(int value) where TOp : Op => value >= _program.Inputs.Length && Of(value) is { Op: TOp } instruction ? instruction : null;
}
