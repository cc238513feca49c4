using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>Nodes that become one step.</summary>
internal sealed class FusionGroup
{
    private readonly HashSet<FusionGroup> _dependencies = [], _users = [];

    public FusionGroup(Node node, int position)
    {
        Nodes = [node];
        Shape = node.Shape;
        (First, Last, Reach) = (position, position, position);
    }

    /// <summary>Elementwise members in order; for any other op the one node.</summary>
    public List<Node> Nodes { get; }

    /// <summary>What the members iterate over.</summary>
    public Shape Shape { get; set; }

    /// <summary>Position of the earliest member: what lies before it cannot depend on the group.</summary>
    public int First { get; set; }

    /// <summary>Position of the latest member.</summary>
    public int Last { get; set; }

    /// <summary>Position of the latest member of this group or of any that it waits for, by way of others too. A group that has
    /// grown may end behind those that read it, so this is more than <see cref="Last"/>.</summary>
    public int Reach { get; set; }

    /// <summary>Groups whose values this one reads.</summary>
    public IReadOnlyCollection<FusionGroup> Dependencies => _dependencies;

    /// <summary>Groups that read this one's values.</summary>
    public IReadOnlyCollection<FusionGroup> Users => _users;

    /// <summary>The reduction that the members feed, or the anchor or reduction whose result they go on with.</summary>
    public Node? Anchor { get; set; }

    /// <summary>The elementwise members that come before a reduction; <see cref="Nodes"/> are those behind it.</summary>
    public List<Node> Prologue { get; } = [];

    /// <summary>Reads the values of another group.</summary>
    public void DependOn(FusionGroup other)
    {
        if (other != this && _dependencies.Add(other)) other._users.Add(this);
    }

    /// <summary>Reads nothing any more.</summary>
    public void Release()
    {
        foreach (var dependency in _dependencies) dependency._users.Remove(this);
        _dependencies.Clear();
    }

    /// <summary>Takes over what another group reads and who reads that one.</summary>
    public void Inherit(FusionGroup other)
    {
        foreach (var dependency in other._dependencies) DependOn(dependency);
        other.Release();
        foreach (var user in other._users)
        {
            user._dependencies.Remove(other);
            user.DependOn(this);
        }
        other._users.Clear();
    }

    public bool IsElementwise => Anchor is null && Nodes[0].Op is IElementwise;
}
