using System.Text;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Execution;

public sealed partial class Plan
{
    /// <summary>The plan of tensors that are not computed yet, without running it.</summary>
    /// <exception cref="GraphException">All of them are computed already, so there is nothing to plan.</exception>
    public static Plan Of(params ReadOnlySpan<Tensor> tensors)
    {
        var roots = new List<Node>();
        foreach (var tensor in tensors) if (!tensor.Node.IsRealized) roots.Add(tensor.Node);
        return roots.Count > 0 ? PlanCache.Get([.. roots]).Plan : throw new GraphException("Plan.Of: the tensors are computed already; there is nothing to plan.");
    }

    /// <summary>The steps as a table: what runs, what was fused into it, what it reads and writes (the type where it is not
    /// that of the first result; ' strided, * broadcast), its work, and where its result lies; then memory. For people.</summary>
    public string Explain()
    {
        var rows = new List<string[]> { (string[])["step", "ops", "reads", "writes", "MFLOP", "KiB", "memory"] };
        for (var s = 0; s < Steps.Count; s++)
        {
            var step = Steps[s];
            rows.Add([
                $"{s}",
                step.Name,
                string.Join(" ", step.Inputs.Select(input => SlotName(input.Slot) + Describe(input, step.Outputs[0].Type))),
                string.Join(" ", step.Outputs.Select((output, k) => SlotName(output.Slot) + (k > 0 && output.Type == step.Outputs[0].Type ? "" : $":{output.Type}"))),
                $"{step.Flops / 1e6:F3}",
                $"{step.Bytes / 1024.0:F1}",
                string.Join(" ", step.Outputs.Select(output => PlaceName(_slots[output.Slot]))),
            ]);
        }
        var text = new StringBuilder();
        var widths = Enumerable.Range(0, rows[0].Length).Select(c => rows.Max(row => row[c].Length)).ToArray();
        foreach (var row in rows)
            text.AppendLine(string.Join("  ", row.Select((cell, c) => c is 4 or 5 ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]))).TrimEnd());
        var ops = Steps.Sum(step => OpCount(step.Op));
        text.AppendLine();
        text.AppendLine($"{ops} ops in {Steps.Count} steps on {Device}; {Steps.Sum(s => s.Flops) / 1e6:F3} MFLOP, {Steps.Sum(s => s.Bytes) / 1024.0:F1} KiB moved.");
        text.AppendLine($"Arena: peak {ArenaBytes / 1024.0:F1} KiB for intermediates of {UnplannedBytes / 1024.0:F1} KiB; "
            + $"{_slots.Count(slot => slot.Kind == SlotKind.Output && slot.Donor >= 0)} of {_slots.Count(slot => slot.Kind == SlotKind.Output)} outputs are written over an input.");
        return text.ToString();
    }

    private static int OpCount(Op op) => op switch
    {
        FusedElementwise fused => Count(fused.Program),
        FusedElementwiseList fused => fused.Shapes.Length * Count(fused.Program),
        FusedReduction fused => 1 + Count(fused.Program) + Count(fused.Epilogue),
        FusedEpilogue fused => 1 + Count(fused.Epilogue),
        _ => 1,
    };

    private static int Count(ElementwiseProgram? program) => program?.Instructions.Count(i => i.Op is not Literal) ?? 0;

    private string SlotName(int slot) => _slots[slot].Kind switch { SlotKind.Input => $"in{slot}", SlotKind.Output => $"out{slot}", _ => $"t{slot}" };

    private static string PlaceName(SlotInfo slot) => slot.Kind == SlotKind.Arena ? $"arena+{slot.Offset}"
        : slot.Donor >= 0 ? $"over in{slot.Donor}"
        : "own";

    /// <summary>The type where it is not that of the result; ' strided, * broadcast.</summary>
    private static string Describe(Operand operand, TensorType result)
    {
        var mark = operand.Layout.IsContiguous ? "" : operand.Layout.Strides.Contains(0) ? "*" : "'";
        return operand.Type == result ? mark : $":{operand.Type}{mark}";
    }
}
