namespace CudaNet.Cuda.Virtual;

/// <summary>A stream: its work that is not done yet, counted by tickets.</summary>
internal sealed class StreamState(bool blocking)
{
    private readonly Queue<Action> _waiting = new();

    /// <summary>True if the default stream waits for it, and it for the default stream.</summary>
    public bool IsBlocking { get; } = blocking;

    /// <summary>The recording that its work goes to; null for none.</summary>
    public Capture? Capture { get; set; }

    /// <summary>Works that were ever put in.</summary>
    public long Enqueued { get; private set; }

    /// <summary>Those of them that are done.</summary>
    public long Done { get; private set; }

    public bool IsIdle => _waiting.Count == 0;

    public void Enqueue(Action work)
    {
        Enqueued++;
        _waiting.Enqueue(work);
    }

    /// <summary>Does the next work, if there is any.</summary>
    public void Step()
    {
        if (!_waiting.TryDequeue(out var work)) return;
        try
        {
            work();
        }
        finally
        {
            Done++;
        }
    }

    /// <summary>Does the work up to a ticket.</summary>
    public void Drain(long ticket = long.MaxValue)
    {
        while (!IsIdle && Done < ticket) Step();
    }

    /// <summary>Forgets the work: its device is lost.</summary>
    public void Drop()
    {
        Done += _waiting.Count;
        _waiting.Clear();
    }
}
