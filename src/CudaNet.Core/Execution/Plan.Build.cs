using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Execution;

public sealed partial class Plan
{
    /// <summary>Plans a graph: lower, simplify, resolve views, fuse, place memory, compile kernels.</summary>
    /// <param name="roots">What is asked for.</param>
    /// <param name="leaves">The leaves of the graph, whose buffers are the plan's inputs, in order.</param>
    /// <param name="donors">For each root the leaf whose buffer it may take, −1 for none.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="options">How to plan.</param>
    internal static Plan Build(ReadOnlySpan<Node> roots, IReadOnlyList<Node> leaves, ReadOnlySpan<int> donors, IBackend backend, PlanOptions options)
    {
        // While planning, nodes are only symbols: long chains must not run.
        using var trace = new Trace();
        using var asWritten = Autocast.Off();
        var lowered = Lower.Run(roots, backend);
        var simplified = options.Simplify ? Simplify.Run(lowered) : lowered;
        var access = new AccessPlan(simplified, backend);
        var drafts = Fuse.Run(access, backend, options.Fuse);
        var outputs = access.Roots.Select(root => root.Base).ToHashSet();
        var memory = new MemoryPlan(drafts, outputs);

        var slots = new List<SlotInfo>();
        var numbers = new Dictionary<Node, int>();
        void AddSlot(Node node, SlotKind kind, long offset = 0, int donor = -1)
        {
            numbers[node] = slots.Count;
            slots.Add(new(kind, node.Type, node.Shape.ElementCount * node.DType.Size(), offset, donor));
        }

        foreach (var leaf in leaves) AddSlot(leaf, SlotKind.Input);
        var donorOf = new Dictionary<Node, int>();
        for (var k = 0; k < donors.Length; k++)
            if (donors[k] >= 0) donorOf.TryAdd(access.Roots[k].Base, donors[k]);
        var taken = new HashSet<int>();
        var steps = new List<Step>();
        for (var s = 0; s < drafts.Count; s++)
        {
            var draft = drafts[s];
            foreach (var node in draft.Outputs)
                if (!outputs.Contains(node)) AddSlot(node, SlotKind.Arena, memory.OffsetOf(node));
                else
                {
                    var donor = donorOf.TryGetValue(node, out var leaf) && memory.MayDonate(leaves[leaf], node, s) && taken.Add(leaf) ? leaf : -1;
                    AddSlot(node, SlotKind.Output, donor: donor);
                }
            Operand[] inputs = [.. draft.Inputs.Select(input => new Operand(numbers[input.Base], input.Layout, input.Base.DType))];
            // What is fused behind a product, a convolution or a reduction may give the result another shape with the same
            // elements; the kernel sees it in its own, over which the further operands are laid out, too.
            var shape = draft.Op is FusedEpilogue or FusedReduction ? draft.Op.Infer([.. inputs.Select(input => input.Type)]).Shape : default(Shape?);
            steps.Add(new(draft.Op, inputs, [.. draft.Outputs.Select(node => new Operand(numbers[node], Layout.Contiguous(shape ?? node.Shape), node.DType))])
            { Name = draft.Name });
        }
        return new(backend, slots, steps, leaves.Count, [.. access.Roots.Select(root => numbers[root.Base])], memory);
    }
}
