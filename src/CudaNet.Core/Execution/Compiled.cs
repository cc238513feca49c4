using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet.Execution;

/// <summary>A function traced to a plan, once for each signature of its arguments.</summary>
internal sealed class CompiledFunction(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Signature, Program> _programs = [];

    public IReadOnlyList<Tensor> Call(IReadOnlyList<Tensor> arguments)
    {
        // Inside of another trace the function is simply part of it; a search for NaN wants every operation by itself.
        if (Trace.Current is not null || Anomaly.IsDetecting) return function(arguments);
        return ProgramFor(arguments).Run(arguments);
    }

    public Plan PlanFor(IReadOnlyList<Tensor> arguments) => ProgramFor(arguments).Plan;

    private Program ProgramFor(IReadOnlyList<Tensor> arguments)
    {
        var signature = new Signature([.. arguments.Select(a => (a.Node.Type, a.Device))], PlanOptions.Current, Autocast.Current);
        lock (_gate)
        {
            if (!_programs.TryGetValue(signature, out var program))
                _programs[signature] = program = Program.Build(function, arguments);
            return program;
        }
    }

    /// <summary>What a plan depends on: types, shapes and devices, not values.</summary>
    private sealed class Signature((TensorType Type, Device Device)[] arguments, PlanOptions options, DType? autocast) : IEquatable<Signature>
    {
        private readonly (TensorType Type, Device Device)[] _arguments = arguments;
        private readonly PlanOptions _options = options;
        private readonly DType? _autocast = autocast;

        public bool Equals(Signature? other) => other is not null && _options == other._options && _autocast == other._autocast && _arguments.AsSpan().SequenceEqual(other._arguments);

        public override bool Equals(object? obj) => Equals(obj as Signature);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var argument in _arguments) hash.Add(argument);
            return hash.ToHashCode();
        }
    }

    /// <summary>One input of the plan: an argument, a slot, or a tensor that the function captured.</summary>
    private readonly record struct Binding(int Argument, State? State, DeviceBuffer? Captured);

    private sealed class Program(Plan plan, Binding[] bindings, TensorType[] outputs, State[] written, Device device)
    {
        public Plan Plan => plan;

        public static Program Build(Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> function, IReadOnlyList<Tensor> arguments)
        {
            List<Node> roots;
            State[] written;
            int outputCount;
            using (var trace = new Trace())
            {
                var placeholders = new Tensor[arguments.Count];
                for (var k = 0; k < placeholders.Length; k++)
                {
                    var type = arguments[k].Node.Type;
                    placeholders[k] = new(new Node(new Placeholder(k, type), [], type, arguments[k].Device));
                }
                var results = function(placeholders);
                outputCount = results.Count;
                written = [.. trace.Written];
                roots = [.. results.Select(result => result.Node), .. written.Select(state => trace.Read(state))];
            }
            if (roots.Count == 0) throw new GraphException("Compiled: the function neither returns a tensor nor assigns a slot, so there is nothing to run.");
            Node[] rootArray = [.. roots];
            var leaves = Graph.Leaves(Graph.Collect(rootArray));
            var bindings = leaves.ConvertAll(leaf => leaf.Op is Placeholder argument && !leaf.IsRealized
                ? new Binding(argument.Index, null, null)
                : new Binding(-1, leaf.State, leaf.State is null ? leaf.Buffer : null));
            var donors = new int[roots.Count];
            for (var k = 0; k < donors.Length; k++)
                donors[k] = k < outputCount ? -1 : bindings.FindIndex(binding => binding.State == written[k - outputCount]);
            var device = Graph.DeviceOf(rootArray);
            var plan = Plan.Build(rootArray, leaves, donors, device.Backend, PlanOptions.Current);
            return new(plan, [.. bindings], [.. roots.Take(outputCount).Select(root => root.Type)], written, device);
        }

        public IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> arguments)
        {
            var inputs = new DeviceBuffer[bindings.Length];
            var leaves = new Node?[bindings.Length];
            for (var k = 0; k < inputs.Length; k++)
            {
                var binding = bindings[k];
                if (binding.Argument >= 0) inputs[k] = arguments[binding.Argument].Realize().Node.Buffer!;
                else if (binding.State is { } state) inputs[k] = (leaves[k] = state.Leaf()).Buffer!;
                else inputs[k] = binding.Captured!;
            }
            var buffers = plan.Run(inputs, input => leaves[input] is { IsShared: false });
            var results = new Tensor[outputs.Length];
            for (var k = 0; k < results.Length; k++)
                results[k] = new(new Node(buffers[k], outputs[k], device, CompiledResult.Instance) { IsShared = plan.IsShared(k) });
            for (var k = 0; k < written.Length; k++) written[k].Set(buffers[outputs.Length + k], plan.IsShared(outputs.Length + k));
            return results;
        }
    }
}
