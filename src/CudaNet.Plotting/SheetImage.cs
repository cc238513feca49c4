using System.Globalization;

namespace CudaNet.Plotting;

/// <summary>One image of an <see cref="ImageSheet"/>.</summary>
/// <param name="Pixels">[height, width, channels], row-major bytes.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Caption">Stands above; each line of it is one line there.</param>
public sealed record SheetImage(ReadOnlyMemory<byte> Pixels, int Height, int Width, string Caption = "")
{
    /// <summary>1 for grey, 3 for red, green, blue.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>The lines of the caption after the first tell of a mistake and are drawn in its colour.</summary>
    public bool Wrong { get; init; }

    /// <summary>A grey image that was taken for another class.</summary>
    /// <param name="pixels">[height, width] bytes.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="trueName">Name of the right class.</param>
    /// <param name="predictedName">Name of the class that it was taken for.</param>
    /// <param name="probability">Of the predicted class, from 0 to 1.</param>
    public static SheetImage Mistake(ReadOnlyMemory<byte> pixels, int height, int width, string trueName, string predictedName, double probability) =>
        new(pixels, height, width, $"true: {trueName}\npredicted: {predictedName}\nat {(probability * 100).ToString("0.0", CultureInfo.InvariantCulture)} %") { Wrong = true };
}
