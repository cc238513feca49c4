using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>Nodes that become one step.</summary>
internal sealed class FusionGroup
{
    public FusionGroup(Node node, int position)
    {
        Nodes = [node];
        Shape = node.Shape;
        (First, Last) = (position, position);
    }

    /// <summary>Elementwise members in order; for any other op the one node.</summary>
    public List<Node> Nodes { get; }

    /// <summary>What the members iterate over.</summary>
    public Shape Shape { get; set; }

    /// <summary>Position of the earliest member: what lies before it cannot depend on the group.</summary>
    public int First { get; set; }

    /// <summary>Position of the latest member.</summary>
    public int Last { get; set; }

    /// <summary>Groups whose values this one reads.</summary>
    public HashSet<FusionGroup> Dependencies { get; } = [];

    /// <summary>The reduction that the members feed, or the anchor or reduction whose result they go on with.</summary>
    public Node? Anchor { get; set; }

    /// <summary>The elementwise members that come before a reduction; <see cref="Nodes"/> are those behind it.</summary>
    public List<Node> Prologue { get; } = [];

    public bool IsElementwise => Anchor is null && Nodes[0].Op is IElementwise;
}
