namespace CudaNet.Graphs;

/// <summary>A function being traced: which slots it read, and what it assigned to them. While it lasts, tensors of this
/// thread stand for values of later calls and cannot be read.</summary>
internal sealed class Trace : IDisposable
{
    [ThreadStatic] private static Trace? _current;

    private readonly Dictionary<State, Node> _values = [];
    private readonly List<State> _written = [];
    private readonly Dictionary<Parameter, Tensor?> _grads = [];
    private readonly Trace? _outer = _current;

    /// <summary>Begins tracing on this thread, until disposed.</summary>
    public Trace() => _current = this;

    /// <summary>The trace of this thread; null outside of one.</summary>
    public static Trace? Current => _current;

    /// <summary>The slots that were assigned, in the order of their first assignment.</summary>
    public IReadOnlyList<State> Written => _written;

    /// <summary>The value of a slot as the traced code sees it.</summary>
    public Node Read(State state)
    {
        if (!_values.TryGetValue(state, out var node)) _values[state] = node = state.Leaf();
        return node;
    }

    /// <summary>Replaces the value of a slot for the rest of the trace; the slot itself changes when the plan runs.</summary>
    public void Write(State state, Node value)
    {
        if (!_written.Contains(state)) _written.Add(state);
        _values[state] = value;
    }

    /// <summary>Notes the gradient that a parameter had before the traced code changed it.</summary>
    public void Remember(Parameter parameter, Tensor? grad) => _grads.TryAdd(parameter, grad);

    /// <summary>Lets values be computed on this thread until the result is disposed.</summary>
    public static Interruption Pause() => new(_current);

    /// <summary>Ends tracing: gradients are again what they were.</summary>
    public void Dispose()
    {
        _current = _outer;
        foreach (var (parameter, grad) in _grads) parameter.RestoreGrad(grad);
    }

    /// <summary>A time without the trace.</summary>
    public readonly ref struct Interruption
    {
        private readonly Trace? _paused;

        internal Interruption(Trace? paused)
        {
            _paused = paused;
            _current = null;
        }

        /// <summary>The trace goes on.</summary>
        public void Dispose() => _current = _paused;
    }
}
