namespace CudaNet.Nn.Formats;

/// <summary>A data file is damaged, cut off, of another format, or does not fit to its companions.</summary>
public sealed class DataFormatException : CudaNetException
{
    /// <summary>Builds the message "file: at byte offset: what. fix".</summary>
    /// <param name="file">The file, or what stands for it in memory.</param>
    /// <param name="offset">The byte where the trouble begins; null when it is not at one place.</param>
    /// <param name="what">What is wrong, with the values found and expected; no full stop.</param>
    /// <param name="fix">What to do about it, a whole sentence.</param>
    /// <param name="inner">The cause, when another layer found it.</param>
    public DataFormatException(string file, long? offset, string what, string fix, Exception? inner = null)
        : base($"{file}:{(offset is { } at ? $" at byte {at}:" : "")} {what}. {fix}", inner)
    {
        (File, Offset, What, Fix) = (file, offset, what, fix);
    }

    /// <summary>The file, or what stands for it in memory.</summary>
    public string File { get; }

    /// <summary>The byte where the trouble begins; null when it is not at one place.</summary>
    public long? Offset { get; }

    /// <summary>What is wrong.</summary>
    public string What { get; }

    /// <summary>What to do about it.</summary>
    public string Fix { get; }
}
