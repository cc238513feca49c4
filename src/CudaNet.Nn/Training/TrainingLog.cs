namespace CudaNet.Nn.Training;

/// <summary>Where a training writes numbers down while it runs.</summary>
public abstract class TrainingLog : IDisposable
{
    /// <summary>Writes a number.</summary>
    /// <param name="tag">What it is; parts are divided by "/".</param>
    /// <param name="step">Optimiser steps done so far.</param>
    /// <param name="value">The number.</param>
    public abstract void Scalar(string tag, long step, double value);

    /// <summary>Writes how numbers are distributed; a log of scalars leaves it out.</summary>
    /// <param name="tag">What they are; parts are divided by "/".</param>
    /// <param name="step">Optimiser steps done so far.</param>
    /// <param name="values">The numbers.</param>
    public virtual void Histogram(string tag, long step, ReadOnlySpan<double> values) { }

    /// <summary>Makes sure that readers see what was written so far.</summary>
    public abstract void Flush();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    protected abstract void Dispose(bool disposing);
}
