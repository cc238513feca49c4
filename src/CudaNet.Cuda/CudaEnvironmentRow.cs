namespace CudaNet.Cuda;

/// <summary>What was found of one library.</summary>
/// <param name="Library">Its name: "CUDA driver", "NVRTC".</param>
/// <param name="Found">True if it was loaded.</param>
/// <param name="Name">The file name under which it was found; null if it was not.</param>
/// <param name="Path">The file that was loaded; null if unknown.</param>
/// <param name="Version">Its version; null if unknown.</param>
/// <param name="Detail">One line: what is wrong or missing, and the package that brings it; the devices for the driver; null if all is well.</param>
public sealed record CudaEnvironmentRow(string Library, bool Found, string? Name, string? Path, string? Version, string? Detail)
{
    /// <inheritdoc/>
    public override string ToString() => Found
        ? string.Join(", ", new[] { Version, Path ?? Name, Detail }.Where(part => !string.IsNullOrEmpty(part)))
        : Detail ?? "not found";
}
