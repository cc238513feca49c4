using System.Globalization;
using System.Text;
using CudaNet.Ops;

namespace CudaNet.Graphs;

public static partial class Graph
{
    /// <summary>The graph of tensors in Graphviz's language, with three shapes: circles for variables (data, parameters,
    /// literals), boxes for deterministic functions, diamonds for functions with a scalar result.</summary>
    public static string ToDot(params ReadOnlySpan<Tensor> tensors)
    {
        var roots = new Node[tensors.Length];
        for (var k = 0; k < roots.Length; k++) roots[k] = tensors[k].Node;
        var text = new StringBuilder("digraph cudanet {\n  rankdir=LR; node [fontname=\"sans-serif\", fontsize=11]; edge [arrowsize=0.6];\n");
        foreach (var node in CollectHistory(roots))
        {
            var variable = node.History.Count == 0;
            var shape = variable ? "ellipse" : node.Shape.Rank == 0 ? "diamond" : "box";
            var label = variable ? VariableName(node) : node.Op.Name;
            text.Append(CultureInfo.InvariantCulture, $"  n{node.Id} [shape={shape}, label=\"{Escape(label)}\\n{node.Type}\"];\n");
            foreach (var input in node.History) text.Append(CultureInfo.InvariantCulture, $"  n{input.Id} -> n{node.Id};\n");
        }
        return text.Append("}\n").ToString();
    }

    private static string VariableName(Node node) => node switch
    {
        { State.Name: { Length: > 0 } name } => name,
        { IsRealized: false, Op: Literal literal } => literal.Value.ToString(),
        { IsRealized: false, Op: Placeholder argument } => $"argument {argument.Index}",
        _ => "data",
    };

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
