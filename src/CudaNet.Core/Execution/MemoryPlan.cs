using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Execution;

/// <summary>
/// Last stage of planning: where each value lies. Intermediates share one arena by liveness (greedy by size: Pisarchyk
/// and Lee 2020), an elementwise step or a scatter writes over an input that dies with it, and the new value of a slot is written
/// over the old one where nobody reads that afterwards.
/// </summary>
internal sealed class MemoryPlan
{
    private const long Alignment = 64;

    private readonly IReadOnlyList<StepDraft> _steps;
    private readonly Dictionary<Node, int> _lastRead = [];
    private readonly Dictionary<Node, Block> _blocks = [];

    /// <param name="steps">In the order in which they run.</param>
    /// <param name="outputs">Nodes that get a buffer of their own.</param>
    public MemoryPlan(IReadOnlyList<StepDraft> steps, IReadOnlySet<Node> outputs)
    {
        _steps = steps;
        for (var s = 0; s < steps.Count; s++)
            foreach (var input in steps[s].Inputs) _lastRead[input.Base] = s;

        var blocks = new List<Block>();
        for (var s = 0; s < steps.Count; s++)
            foreach (var node in steps[s].Outputs)
            {
                if (outputs.Contains(node)) continue;
                var size = SizeOf(node);
                UnplannedBytes += size;
                var last = _lastRead.GetValueOrDefault(node, s);
                if (Reusable(s, node) is { } block) block.Last = last;
                else blocks.Add(block = new(size, s, last));
                block.Owner = node;
                _blocks[node] = block;
            }
        Place(blocks);
    }

    /// <summary>Bytes of the arena.</summary>
    public long ArenaBytes { get; private set; }

    /// <summary>Bytes that the intermediates would take without sharing.</summary>
    public long UnplannedBytes { get; }

    /// <summary>Where in the arena a node's value lies.</summary>
    public long OffsetOf(Node node) => _blocks[node].Offset;

    /// <summary>True if an output may be written over an input's buffer: nobody reads the input later, and the writing
    /// step reads it, if at all, element by element in the same order.</summary>
    public bool MayDonate(Node input, Node output, int writer)
    {
        if (input.Type != output.Type) return false;
        var last = _lastRead.GetValueOrDefault(input, -1);
        return last < writer || (last == writer && InPlace(_steps[writer], input, output));
    }

    private static long SizeOf(Node node) => (Math.Max(1, node.Shape.ElementCount) * node.DType.Size() + Alignment - 1) / Alignment * Alignment;

    /// <summary>The block of an input that dies in this step and can be written over.</summary>
    private Block? Reusable(int step, Node output)
    {
        foreach (var input in _steps[step].Inputs)
            if (_blocks.TryGetValue(input.Base, out var block) && block.Owner == input.Base && block.Last == step
                && InPlace(_steps[step], input.Base, output))
                return block;
        return null;
    }

    private static bool InPlace(StepDraft step, Node input, Node output)
    {
        // Only the values of a scatter are written: what it is written into need not move, so that a cache grows where it lies.
        if (step.Op is Scatter)
            return step.Inputs[0].Base == input && step.Inputs[0].IsLinear && input.Type == output.Type && step.Inputs[1].Base != input && step.Inputs[2].Base != input;
        if (step.Op is not (FusedElementwise or FusedElementwiseList) || input.DType.Size() != output.DType.Size() || input.Shape.ElementCount != output.Shape.ElementCount) return false;
        foreach (var operand in step.Inputs)
            if (operand.Base == input && !operand.IsLinear) return false;
        if (step.Op is not FusedElementwiseList list) return true;
        // Another tensor of the list may be done later or at the same time: it must not read what is written over.
        var member = step.Outputs.TakeWhile(other => other != output).Count() / list.Program.Outputs.Length;
        for (var k = 0; k < step.Inputs.Count; k++)
            if (step.Inputs[k].Base == input && k / list.Program.Inputs.Length != member) return false;
        return true;
    }

    private void Place(List<Block> blocks)
    {
        var placed = new List<Block>();
        foreach (var block in blocks.OrderByDescending(b => b.Size).ThenBy(b => b.First))
        {
            long offset = 0;
            // The lowest gap among the blocks that live at the same time.
            foreach (var other in placed.Where(o => o.First <= block.Last && block.First <= o.Last).OrderBy(o => o.Offset))
            {
                if (other.Offset - offset >= block.Size) break;
                offset = Math.Max(offset, other.Offset + other.Size);
            }
            block.Offset = offset;
            ArenaBytes = Math.Max(ArenaBytes, offset + block.Size);
            placed.Add(block);
        }
    }

    private sealed class Block(long size, int first, int last)
    {
        public long Size => size;
        public int First => first;
        public int Last { get; set; } = last;
        public long Offset { get; set; }

        /// <summary>The node whose value it holds now: a step may write over it only once.</summary>
        public Node? Owner { get; set; }
    }
}
