using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>
/// Fourth stage of planning: which nodes become one step. Elementwise nodes that read each other element by element join
/// greedily, as long as no value would have to leave the group and come back; then reductions take the chain in front
/// of them, and matrix products, convolutions and reductions the chain behind them.
/// </summary>
internal sealed class Fuse
{
    /// <summary>Longer programs gain nothing: their registers no longer fit the first-level cache.</summary>
    private const int MostInstructions = 48;

    private readonly AccessPlan _plan;
    private readonly Dictionary<Node, FusionGroup> _groups = [];
    private readonly HashSet<FusionGroup> _live = [];
    private readonly Dictionary<Node, int> _positions = [];
    private readonly Dictionary<Node, List<Node>> _users = [];
    private readonly HashSet<Node> _roots = [];

    /// <summary>Position of the last node that is not elementwise on which a node depends: when it can be computed.</summary>
    private readonly Dictionary<Node, int> _ready = [];

    private Fuse(AccessPlan plan)
    {
        _plan = plan;
        foreach (var root in plan.Roots) _roots.Add(root.Base);
        for (var k = 0; k < plan.Computed.Count; k++)
        {
            var node = plan.Computed[k];
            _positions[node] = k;
            _users[node] = [];
            var ready = -1;
            foreach (var operand in plan.Operands(node))
            {
                if (!_users.TryGetValue(operand.Base, out var users)) continue;
                if (!users.Contains(node)) users.Add(node);
                ready = Math.Max(ready, operand.Base.Op is IElementwise ? _ready[operand.Base] : _positions[operand.Base]);
            }
            _ready[node] = ready;
        }
    }

    /// <summary>The steps in the order in which they run.</summary>
    /// <param name="plan">What is to be computed.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="enabled">False gives each node a step of its own, for tests and benchmarks.</param>
    public static List<StepDraft> Run(AccessPlan plan, IBackend backend, bool enabled)
    {
        var fuse = new Fuse(plan);
        foreach (var node in plan.Computed) fuse.Place(node, enabled);
        if (enabled)
        {
            foreach (var node in plan.Computed) if (node.Op is IReduction) fuse.TakeProlog(node);
            for (var k = plan.Computed.Count - 1; k >= 0; k--) if (plan.Computed[k].Op is IEpilogueAnchor) fuse.TakeEpilogue(plan.Computed[k]);
            for (var k = plan.Computed.Count - 1; k >= 0; k--) if (plan.Computed[k].Op is IReduction) fuse.TakeEpilogue(plan.Computed[k]);
        }
        var steps = fuse.Ordered().ConvertAll(group => (Group: group, Draft: StepDraft.Of(group, fuse.Outputs(group), plan)));
        return enabled ? JoinAlike.Run(steps, backend) : steps.ConvertAll(step => step.Draft);
    }

    private void Place(Node node, bool join)
    {
        var group = new FusionGroup(node, _positions[node]);
        foreach (var input in Reads(node)) group.DependOn(_groups[input]);
        _groups[node] = group;
        _live.Add(group);
        if (!join || node.Op is not IElementwise) return;
        foreach (var operand in _plan.Operands(node))
            if (_groups.TryGetValue(operand.Base, out var other) && other != _groups[node] && operand.IsLinear && other.IsElementwise
                && !Waits(node, operand.Base))
                TryJoin(other, _groups[node]);
    }

    /// <summary>True for a node that better goes with its user than with its producer: the producer is kept anyway, and the
    /// user can only run later (the slope of an activation, which the gradient asks for). So the forward pass does not
    /// write what only the backward pass reads.</summary>
    private bool Waits(Node node, Node producer)
    {
        if (!_roots.Contains(producer) && _users[producer].Count == 1) return false;
        for (var user = node; !_roots.Contains(user) && _users[user] is [var next] && next.Op is IElementwise; user = next)
            if (_ready[next] > _ready[node]) return true;
        return false;
    }

    /// <summary>The computed nodes that must be there before this one.</summary>
    private IEnumerable<Node> Reads(Node node)
    {
        foreach (var operand in _plan.Operands(node))
            if (!AccessPlan.IsStored(operand.Base)) yield return operand.Base;
        foreach (var wait in _plan.OrderOnly(node)) yield return wait;
    }

    private void TryJoin(FusionGroup earlier, FusionGroup later)
    {
        if (earlier.Nodes.Count + later.Nodes.Count > MostInstructions || WouldCycle(earlier, later)) return;
        // A member that another member reads in another order must be complete first: no joint pass is possible.
        foreach (var node in later.Nodes)
            foreach (var operand in _plan.Operands(node))
                if (_groups.TryGetValue(operand.Base, out var from) && from == earlier && !operand.IsLinear) return;
        if (!Fits(earlier.Nodes, later.Shape))
        {
            if (!Fits(later.Nodes, earlier.Shape)) return;
            later.Shape = earlier.Shape;
        }
        foreach (var node in earlier.Nodes) _groups[node] = later;
        later.Nodes.InsertRange(0, earlier.Nodes);
        later.Nodes.Sort((a, b) => _positions[a].CompareTo(_positions[b]));
        (later.First, later.Last) = (Math.Min(earlier.First, later.First), Math.Max(earlier.Last, later.Last));
        Replace(earlier, later);
        var waiting = new Stack<FusionGroup>([later]);
        while (waiting.TryPop(out var group))
            foreach (var user in group.Users)
            {
                if (user.Reach >= later.Reach) continue;
                user.Reach = later.Reach;
                waiting.Push(user);
            }
    }

    private void Replace(FusionGroup old, FusionGroup by)
    {
        _live.Remove(old);
        by.Inherit(old);
    }

    /// <summary>True if some third group lies on a path between two: joined, they would wait for each other.</summary>
    private static bool WouldCycle(FusionGroup a, FusionGroup b)
    {
        var first = Math.Min(a.First, b.First);
        var stack = new Stack<FusionGroup>();
        var seen = new HashSet<FusionGroup> { a, b };
        foreach (var dependency in a.Dependencies) if (dependency != b && seen.Add(dependency)) stack.Push(dependency);
        foreach (var dependency in b.Dependencies) if (dependency != a && seen.Add(dependency)) stack.Push(dependency);
        while (stack.TryPop(out var group))
        {
            if (group.Reach < first) continue;
            foreach (var dependency in group.Dependencies)
            {
                if (dependency == a || dependency == b) return true;
                if (seen.Add(dependency)) stack.Push(dependency);
            }
        }
        return false;
    }

    /// <summary>True if all that nodes read can be laid out over a shape of as many elements.</summary>
    private bool Fits(List<Node> nodes, Shape shape)
    {
        foreach (var node in nodes)
        {
            if (node.Shape == shape) continue;
            foreach (var operand in _plan.Operands(node))
                if (operand.Layout.TryReshape(shape) is null) return false;
        }
        return true;
    }

    /// <summary>Moves the chain that only a reduction needs in front of it.</summary>
    private void TakeProlog(Node reduction)
    {
        var operand = _plan.Operands(reduction)[0];
        if (!_groups.TryGetValue(operand.Base, out var source) || !source.IsElementwise || !operand.IsLinear) return;
        var taken = new HashSet<Node>();
        for (var k = source.Nodes.Count - 1; k >= 0; k--)
        {
            var node = source.Nodes[k];
            if (_roots.Contains(node)) continue;
            if (_users[node].TrueForAll(user => user == reduction || taken.Contains(user)) && (node == operand.Base || taken.Count > 0)) taken.Add(node);
        }
        // The chain must end in what is folded; a part of a group is taken only if that reads little more than it saves.
        if (!taken.Contains(operand.Base)) return;
        var chain = source.Nodes.FindAll(taken.Contains);
        if (chain.Count < source.Nodes.Count && ExternalReads(chain) > 3) return;
        if (!Fits(chain, reduction.Inputs[0].Shape)) return;

        var group = _groups[reduction];
        group.Anchor = reduction;
        group.Nodes.Clear();
        group.Prologue.AddRange(chain);
        source.Nodes.RemoveAll(taken.Contains);
        group.Release();
        if (source.Nodes.Count == 0)
        {
            source.Release();
            _live.Remove(source);
        }
        foreach (var node in chain) _groups[node] = group;
        foreach (var node in chain)
            foreach (var input in Reads(node)) group.DependOn(_groups[input]);
        foreach (var wait in _plan.OrderOnly(reduction)) group.DependOn(_groups[wait]);
    }

    private int ExternalReads(List<Node> chain) => chain.SelectMany(_plan.Operands).Where(o => !chain.Contains(o.Base) && o.Base.Op is not Literal).Distinct().Count();

    /// <summary>Lets an anchor go on with the chain that alone reads its result.</summary>
    private void TakeEpilogue(Node anchor)
    {
        if (_roots.Contains(anchor) || _users[anchor].Count == 0) return;
        var group = _groups[anchor];
        var chain = _groups[_users[anchor][0]];
        if (!chain.IsElementwise || group.Anchor is not null && group.Nodes.Count > 0 || chain.Nodes.Exists(node => node == anchor)) return;
        foreach (var user in _users[anchor])
        {
            if (_groups[user] != chain) return;
            foreach (var operand in _plan.Operands(user))
                if (operand.Base == anchor && !operand.IsLinear) return;
        }
        if (chain.Shape.ElementCount != anchor.Shape.ElementCount || !Fits(chain.Nodes, anchor.Shape) || Outputs(chain).Count != 1 || chain.Nodes.Exists(IsNewValue)) return;
        if (group.Anchor is null) group.Nodes.Clear();
        group.Anchor = anchor;
        foreach (var node in chain.Nodes) _groups[node] = group;
        group.Nodes.AddRange(chain.Nodes);
        (group.First, group.Last) = (Math.Min(group.First, chain.First), Math.Max(group.Last, chain.Last));
        Replace(chain, group);
    }

    /// <summary>True for the new value of a slot that is made of the old one, element by element: by itself it is written over it, and
    /// together with those of other slots; behind a product it would need memory of its own.</summary>
    private bool IsNewValue(Node node) =>
        _roots.Contains(node) && Array.Exists(_plan.Operands(node), operand => operand.Base.State is not null && operand.IsLinear && operand.Base.Type == node.Type);

    /// <summary>The members that somebody outside reads.</summary>
    private List<Node> Outputs(FusionGroup group) => group.Nodes.Count == 0
        ? [group.Anchor!]
        : group.Nodes.FindAll(node => _roots.Contains(node) || _users[node].Exists(user => _groups[user] != group));

    /// <summary>Topological order, as near to the order of creation as it can be.</summary>
    private List<FusionGroup> Ordered()
    {
        var waiting = _live.ToDictionary(group => group, group => group.Dependencies.Count);
        var ready = new PriorityQueue<FusionGroup, int>();
        foreach (var group in _live) if (waiting[group] == 0) ready.Enqueue(group, group.Last);
        var ordered = new List<FusionGroup>(_live.Count);
        while (ready.TryDequeue(out var group, out _))
        {
            ordered.Add(group);
            foreach (var user in group.Users) if (--waiting[user] == 0) ready.Enqueue(user, user.Last);
        }
        return ordered.Count == _live.Count ? ordered : throw new InvalidOperationException("Fuse: groups wait for each other.");
    }
}
