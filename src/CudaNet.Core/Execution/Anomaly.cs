using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

/// <summary>Finds the operation that gives the first NaN or infinity. While it looks, every operation runs by itself and its result is
/// read, so it is slow: for the step that went wrong, not for a whole training.</summary>
/// <remarks>Compiled functions run uncompiled meanwhile. An infinity that was given as a constant (a mask) is no anomaly, nor is what it
/// becomes; only the present thread looks.</remarks>
public static class Anomaly
{
    [ThreadStatic] private static Detection? _current;

    internal static bool IsDetecting => _current is not null;

    /// <summary>Looks until what is returned is disposed.</summary>
    /// <example><code>using (Anomaly.Detect()) loss.Item();</code></example>
    public static IDisposable Detect() => new Detection();

    /// <summary>Notes where a node was built.</summary>
    internal static void Note(Node node) => _current!.Note(node);

    /// <summary>Nodes that are built until the result is disposed belong to the gradient of a node.</summary>
    internal static IDisposable? GradientOf(Node node) => _current?.EnterGradient(node);

    /// <summary>Computes what the roots need, operation by operation.</summary>
    /// <param name="roots">What is asked for.</param>
    /// <param name="run">Computes one node whose inputs are there.</param>
    /// <exception cref="AnomalyException">An operation gives NaN or infinity.</exception>
    internal static void Run(ReadOnlySpan<Node> roots, Action<Node> run)
    {
        var detection = _current!;
        foreach (var node in Graph.Collect(roots))
        {
            // A constant is part of the operations that use it.
            if (node.IsRealized || Simplify.LiteralOf(node) is not null && !roots.Contains(node)) continue;
            // Its inputs are let go of when it is computed.
            var inputs = node.Inputs;
            _current = null;
            try
            {
                run(node);
                detection.Check(node, inputs);
            }
            finally
            {
                _current = detection;
            }
        }
    }

    /// <summary>What a tensor holds that is no finite number: the worse of both.</summary>
    private enum Fault
    {
        None,
        Infinity,
        NaN,
    }

    private sealed class Detection : IDisposable
    {
        private readonly Detection? _outer = _current;
        private readonly ConditionalWeakTable<Node, string> _places = [];
        private readonly ConditionalWeakTable<Node, object> _faults = [];
        private string? _gradient;

        public Detection() => _current = this;

        public void Dispose() => _current = _outer;

        public void Note(Node node) => _places.AddOrUpdate(node, _gradient ?? $"built in {Place()}");

        public IDisposable EnterGradient(Node node)
        {
            var outer = _gradient;
            _gradient = $"in the gradient of {node.Op.Name}{(_places.TryGetValue(node, out var place) ? $", {place}" : "")}";
            return new Leave(() => _gradient = outer);
        }

        public void Check(Node node, IReadOnlyList<Node> inputs)
        {
            var fault = FaultOf(node);
            if (fault == Fault.None) return;
            var source = inputs.FirstOrDefault(input => FaultOf(input) >= fault);
            // What was computed here would have been told. Of what was given, infinity and constants may be meant (a mask), NaN is not.
            if (source is not null && (fault == Fault.Infinity || Simplify.LiteralOf(source) is not null || _places.TryGetValue(source, out _))) return;
            throw new AnomalyException(node.Op.Name, node.Type, fault == Fault.NaN, _places.TryGetValue(node, out var place) ? place : "built before the search began",
                source is null ? string.Join(" and ", inputs.Select(Describe)) : $"{source.Type}, {(source.State is { Name.Length: > 0 } slot ? $"'{slot.Name}'" : "which was given")} and holds NaN already", source is not null);
        }

        private Fault FaultOf(Node node)
        {
            if (!node.DType.IsFloating()) return Fault.None;
            if (Simplify.LiteralOf(node) is { } literal) return Of(literal.Value.Value);
            if (_faults.TryGetValue(node, out var known)) return (Fault)known;
            var fault = new Tensor(node).ToDoubles().Aggregate(Fault.None, (worst, value) => Of(value) is var here && here > worst ? here : worst);
            _faults.Add(node, fault);
            return fault;
        }

        private static Fault Of(double value) => double.IsNaN(value) ? Fault.NaN : double.IsInfinity(value) ? Fault.Infinity : Fault.None;

        private static string Describe(Node node)
        {
            if (Simplify.LiteralOf(node) is { } literal) return string.Create(CultureInfo.InvariantCulture, $"{literal.Value.Value:G4}");
            var values = new Tensor(node).ToDoubles();
            return values.Length == 0 ? $"{node.Type}" : string.Create(CultureInfo.InvariantCulture, $"{node.Type} of {values.Min():G4} … {values.Max():G4}");
        }

        /// <summary>The first method on the stack that is not the engine's, and the first that is no module's either.</summary>
        private static string Place()
        {
            List<(StackFrame Frame, DiagnosticMethodInfo Method, string? Assembly)> frames =
            [
                .. from frame in new StackTrace(fNeedFileInfo: true).GetFrames()
                   let method = DiagnosticMethodInfo.Create(frame)
                   where method is not null
                   let assembly = new AssemblyName(method.DeclaringAssemblyName).Name
                   where assembly != typeof(Node).Assembly.GetName().Name
                   select (frame, method, assembly),
            ];
            if (frames.Count == 0) return "an unknown place";
            var caller = frames.Find(entry => entry.Assembly != "CudaNet.Nn");
            return caller.Frame is null || caller.Frame == frames[0].Frame ? Describe(frames[0].Frame, frames[0].Method) : $"{Describe(frames[0].Frame, frames[0].Method)}, called from {Describe(caller.Frame, caller.Method)}";
        }

        private static string Describe(StackFrame frame, DiagnosticMethodInfo method)
        {
            // Of a lambda: the method that it stands in. "<Forward>b__3" in the type "Outer+<>c".
            var type = method.DeclaringTypeName.Split('+').Last(part => !part.StartsWith('<'));
            type = type[(type.LastIndexOf('.') + 1)..];
            var name = method.Name.StartsWith('<') && method.Name.IndexOf('>', StringComparison.Ordinal) is > 1 and var end ? method.Name[1..end] : method.Name;
            return frame.GetFileName() is { } file ? $"{type}.{name} ({Path.GetFileName(file)}:{frame.GetFileLineNumber()})" : $"{type}.{name}";
        }
    }

    private sealed class Leave(Action leave) : IDisposable
    {
        public void Dispose() => leave();
    }
}
