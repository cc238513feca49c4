using CudaNet.Autodiff;
using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Ops
{
    /// <summary>A segment of a graph whose intermediates are not kept for the gradient but computed again (Chen et al. 2016).
    /// The segment is held as a graph over placeholders.</summary>
    internal sealed record Checkpointed(Segment Segment) : Op, IComposite
    {
        public override TensorType Infer(ReadOnlySpan<TensorType> inputs) => Segment.Result.Type;

        public Tensor Decompose(IReadOnlyList<Tensor> inputs) => Segment.On(inputs);

        public override IReadOnlyList<Tensor?> Vjp(GradientContext context)
        {
            var again = new Tensor[context.Inputs.Count];
            for (var k = 0; k < again.Length; k++) again[k] = new Barrier().Apply(context.Inputs[k], context.Upstream);
            return Grad.Vjp(Segment.On(again), context.Upstream, again);
        }
    }

    /// <summary>A graph over placeholders; two are equal when they have the same structure.</summary>
    internal sealed class Segment(IReadOnlyList<Node> arguments, Node result) : IEquatable<Segment>
    {
        private readonly GraphKey _key = new(Graph.Collect(result), [result], result.Device, PlanOptions.Default);
        private readonly Node[] _leaves = [.. Graph.Collect(result).Where(node => node.IsRealized)];

        public Node Result => result;

        public Tensor On(IReadOnlyList<Tensor> inputs)
        {
            var values = new Dictionary<Node, Tensor>();
            for (var k = 0; k < arguments.Count; k++) values[arguments[k]] = inputs[k];
            foreach (var node in Graph.Collect(result))
                if (!values.ContainsKey(node))
                    values[node] = node.Inputs.Count == 0 ? new(node) : node.Op.Apply([.. node.Inputs.Select(input => values[input])]);
            return values[result];
        }

        public bool Equals(Segment? other) => other is not null && _key.Equals(other._key) && _leaves.AsSpan().SequenceEqual(other._leaves);

        public override bool Equals(object? obj) => Equals(obj as Segment);

        public override int GetHashCode() => _key.GetHashCode();
    }
}

namespace CudaNet
{
    using CudaNet.Ops;

    /// <summary>Trades time for memory in backward passes.</summary>
    public static class Checkpoint
    {
        /// <summary>f(x), of which only x and the result are kept for the gradient: what lies between is computed again when
        /// the gradient is due (Chen et al. 2016). Parameters that f reads are differentiated too.</summary>
        public static Tensor Of(Func<Tensor, Tensor> f, Tensor x)
        {
            var argument = new Tensor(new Node(new Placeholder(0, x.Node.Type), [], x.Node.Type, x.Device));
            var result = f(argument).Node;
            // What f captured (weights, other tensors) becomes an argument too, so that gradients reach it.
            var captured = Captured(result, argument.Node);
            List<Node> arguments = [argument.Node];
            var values = new Dictionary<Node, Tensor> { [argument.Node] = argument };
            foreach (var node in captured)
            {
                var placeholder = new Node(new Placeholder(arguments.Count, node.Type), [], node.Type, node.Device);
                arguments.Add(placeholder);
                values[node] = new(placeholder);
            }
            foreach (var node in Graph.Collect(result))
                if (!values.ContainsKey(node) && node.Inputs.Count > 0 && node.Inputs.Any(values.ContainsKey))
                    values[node] = node.Op.Apply([.. node.Inputs.Select(input => values.TryGetValue(input, out var value) ? value : new(input))]);
            return new Checkpointed(new(arguments, values[result].Node)).Apply([x, .. captured.Select(node => new Tensor(node))]);
        }

        /// <summary>The nodes at the border: computed without x, and read by what depends on x.</summary>
        private static List<Node> Captured(Node result, Node argument)
        {
            var inside = Graph.Between(result, [argument]).ToHashSet();
            if (!inside.Contains(result)) throw new GraphException("Checkpoint.Of: the result does not depend on x, so there is nothing to compute again.");
            var border = new List<Node>();
            foreach (var node in inside)
                foreach (var input in node.Inputs)
                    if (!inside.Contains(input) && input.Op is not Literal && !border.Contains(input)) border.Add(input);
            border.Sort((a, b) => a.Id.CompareTo(b.Id));
            return border;
        }
    }
}
