namespace CudaNet.Plotting;

/// <summary>One line of a <see cref="CurvePlot"/>.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Positions, ascending.</param>
/// <param name="Y">Values; NaN and infinity leave a gap.</param>
public sealed record CurveSeries(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Drawn with dashes instead of a whole line.</summary>
    public bool Dashed { get; init; }

    /// <summary>Points only, without a line.</summary>
    public bool PointsOnly { get; init; }

    /// <summary>Which colour of the palette; by the place among the series when null.</summary>
    public int? ColorIndex { get; init; }
}
