namespace CudaNet.Nn.Data;

/// <summary>Pictures with captions, as <see cref="Synthetic.CaptionedShapes"/> makes them.</summary>
/// <param name="Images">Float32 [count, 3, size, size], from 0 to 1.</param>
/// <param name="Captions">"a large red circle at the top left", …</param>
/// <param name="Shapes">Int64 [count], into <see cref="ShapeNames"/>.</param>
/// <param name="Colours">Int64 [count], into <see cref="ColourNames"/>.</param>
/// <param name="Places">Float32 [count, 4]: left, top, right and bottom of the shape, from 0 to 1.</param>
public sealed record CaptionedShapes(Tensor Images, IReadOnlyList<string> Captions, Tensor Shapes, Tensor Colours, Tensor Places)
{
    /// <summary>What is drawn.</summary>
    public static IReadOnlyList<string> ShapeNames { get; } = ["circle", "square", "triangle", "cross"];

    /// <summary>In which colours.</summary>
    public static IReadOnlyList<string> ColourNames { get; } = ["red", "green", "blue", "yellow", "white"];
}
