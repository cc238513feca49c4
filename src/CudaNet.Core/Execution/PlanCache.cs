using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Execution;

/// <summary>Plans by the structure of their graph: a training loop plans once.</summary>
public static class PlanCache
{
    /// <summary>Beyond this the oldest half is dropped: a program that keeps making new structures must not grow for ever.</summary>
    private const int Capacity = 512;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<GraphKey, (Plan Plan, long Used)> Plans = [];
    private static long _clock, _hits, _misses;

    /// <summary>How often a plan was found.</summary>
    public static long Hits => Volatile.Read(ref _hits);

    /// <summary>How often a plan had to be made.</summary>
    public static long Misses => Volatile.Read(ref _misses);

    /// <summary>Plans that are kept.</summary>
    public static int Count
    {
        get { lock (Gate) return Plans.Count; }
    }

    /// <summary>Drops all plans.</summary>
    public static void Clear()
    {
        lock (Gate) Plans.Clear();
    }

    /// <summary>The plan of a graph and its leaves in the order of the plan's inputs.</summary>
    internal static (Plan Plan, IReadOnlyList<Node> Leaves) Get(ReadOnlySpan<Node> roots)
    {
        var nodes = Graph.Collect(roots);
        var leaves = Graph.Leaves(nodes);
        var options = PlanOptions.Current;
        var on = Graph.DeviceOf(roots);
        var key = new GraphKey(nodes, roots, on, options);
        lock (Gate)
        {
            if (Plans.TryGetValue(key, out var entry))
            {
                _hits++;
                Plans[key] = (entry.Plan, ++_clock);
                return (entry.Plan, leaves);
            }
        }
        var plan = Plan.Build(roots, leaves, [], on.Backend, options);
        lock (Gate)
        {
            _misses++;
            if (Plans.Count >= Capacity)
                foreach (var old in Plans.OrderBy(p => p.Value.Used).Take(Capacity / 2).Select(p => p.Key).ToList()) Plans.Remove(old);
            Plans[key] = (plan, ++_clock);
        }
        return (plan, leaves);
    }
}
