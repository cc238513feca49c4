namespace CudaNet.Ops;

/// <summary>A parsed einsum: labels of each operand's axes, and of the result's. Letters are 0 … 51; the axes that "…" stands
/// for have labels from 52 on, counted from the last.</summary>
internal sealed class EinsumExpression
{
    private const int FirstEllipsis = 52;

    private EinsumExpression(int[][] operands, int[] result) => (Operands, Result) = (operands, result);

    public int[][] Operands { get; }

    public int[] Result { get; }

    /// <summary>Parses an expression for operands of known shapes.</summary>
    /// <exception cref="ShapeException">The expression is malformed or does not fit the shapes.</exception>
    public static EinsumExpression Parse(string text, IReadOnlyList<Tensor> tensors)
    {
        var plain = text.Replace(" ", "");
        var arrow = plain.IndexOf("->", StringComparison.Ordinal);
        var left = (arrow < 0 ? plain : plain[..arrow]).Split(',');
        if (left.Length != tensors.Count)
            throw Error(text, $"it names {left.Length} operand{(left.Length == 1 ? "" : "s")}, but {tensors.Count} {(tensors.Count == 1 ? "is" : "are")} given");
        var operands = new int[left.Length][];
        var widest = 0;
        for (var k = 0; k < left.Length; k++)
        {
            operands[k] = Labels(text, left[k], tensors[k].Rank, $"operand {k} {tensors[k].Shape}");
            foreach (var label in operands[k]) widest = Math.Max(widest, label - FirstEllipsis + 1);
        }
        var counts = new SortedDictionary<int, int>();
        foreach (var labels in operands)
            foreach (var label in labels) counts[label] = counts.GetValueOrDefault(label) + 1;
        if (arrow >= 0)
        {
            var right = plain[(arrow + 2)..];
            var result = Labels(text, right, null, "the result", widest);
            foreach (var label in result)
            {
                if (!counts.ContainsKey(label)) throw Error(text, $"label '{Name(label)}' of the result is in no operand");
                if (Array.IndexOf(result, label) != Array.LastIndexOf(result, label)) throw Error(text, $"label '{Name(label)}' stands twice in the result");
            }
            return new(operands, result);
        }
        // Without an arrow: the axes of "…", then the letters that stand only once, in the order of the alphabet.
        List<int> once = [];
        for (var e = widest - 1; e >= 0; e--) once.Add(FirstEllipsis + e);
        foreach (var (label, count) in counts) if (label < FirstEllipsis && count == 1) once.Add(label);
        return new(operands, [.. once]);
    }

    /// <summary>The letter of a label, or "…".</summary>
    public static string Name(int label) => label >= FirstEllipsis ? "..." : ((char)(label < 26 ? 'A' + label : 'a' + label - 26)).ToString();

    public static ShapeException Error(string text, string reason) =>
        new($"Einsum: '{text}': {reason}. Write one letter an axis, as in \"bij,bjk->bik\"; \"...\" stands for the axes that are not named.");

    private static int[] Labels(string text, string part, int? rank, string what, int ellipsisAxes = 0)
    {
        List<int> labels = [];
        var letters = part.Replace("...", "").Length;
        var seen = false;
        for (var i = 0; i < part.Length; i++)
        {
            var c = part[i];
            if (char.IsAsciiLetter(c))
            {
                labels.Add(char.IsAsciiLetterUpper(c) ? c - 'A' : c - 'a' + 26);
                continue;
            }
            if (i + 2 >= part.Length || part[i..(i + 3)] != "..." || seen)
                throw Error(text, $"'{c}' at position {i} of '{part}' is {(c == '.' ? "not one ellipsis" : "not a letter")}");
            seen = true;
            i += 2;
            var count = rank is { } axes ? axes - letters : ellipsisAxes;
            for (var e = count - 1; e >= 0; e--) labels.Add(FirstEllipsis + e);
        }
        if (rank is { } needed && labels.Count != needed)
            throw Error(text, $"'{part}' names {letters} axes, but {what} has {needed}");
        return [.. labels];
    }
}
