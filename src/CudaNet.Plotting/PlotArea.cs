namespace CudaNet.Plotting;

/// <summary>A rectangle of the plane.</summary>
/// <param name="Left">Smallest x.</param>
/// <param name="Right">Greatest x.</param>
/// <param name="Bottom">Smallest y.</param>
/// <param name="Top">Greatest y.</param>
public readonly record struct PlotArea(double Left, double Right, double Bottom, double Top)
{
    /// <summary>The middles of a grid of cells, to be given to a model: [rows · columns, 2] of x and y, from the lowest
    /// row to the highest.</summary>
    public float[] GridPoints(int rows, int columns)
    {
        var points = new float[rows * columns * 2];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                int at = 2 * (row * columns + column);
                points[at] = (float)(Left + (column + 0.5) * (Right - Left) / columns);
                points[at + 1] = (float)(Bottom + (row + 0.5) * (Top - Bottom) / rows);
            }
        return points;
    }
}
