namespace CudaNet.VirtualGpu;

/// <summary>A PTX text that cannot be loaded: it names the line, its text and the reason.</summary>
public sealed class PtxException : VirtualGpuException
{
    internal PtxException(PtxErrorKind kind, string reason, int line, string text)
        : base($"PTX line {line}: {reason}{(text.Length == 0 ? "" : $" In: {text}")}")
    {
        Kind = kind;
        Reason = reason;
        Line = line;
        Text = text;
    }

    /// <summary>What kind of mistake it is.</summary>
    public PtxErrorKind Kind { get; }

    /// <summary>The reason without line and text.</summary>
    public string Reason { get; }

    /// <summary>Line of the PTX text, from 1.</summary>
    public int Line { get; }

    /// <summary>The instruction or directive concerned, as it stands in the text; empty when there is none.</summary>
    public string Text { get; }
}
