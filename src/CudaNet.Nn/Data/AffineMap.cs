namespace CudaNet.Nn.Data;

/// <summary>Where each pixel of a moved image comes from: column XX·x + XY·y + X0 and row YX·x + YY·y + Y0 of the image for column x and row y of the result.</summary>
/// <param name="XX">Columns for each column.</param>
/// <param name="XY">Columns for each row.</param>
/// <param name="X0">Column of the first pixel.</param>
/// <param name="YX">Rows for each column.</param>
/// <param name="YY">Rows for each row.</param>
/// <param name="Y0">Row of the first pixel.</param>
public readonly record struct AffineMap(double XX, double XY, double X0, double YX, double YY, double Y0)
{
    /// <summary>Each pixel from where it is.</summary>
    public static AffineMap Identity { get; } = new(1, 0, 0, 0, 1, 0);

    /// <summary>The origin of a pixel.</summary>
    public (double X, double Y) From(double x, double y) => (XX * x + XY * y + X0, YX * x + YY * y + Y0);

    /// <summary>This move and then another, in one.</summary>
    public AffineMap Then(AffineMap next)
    {
        var (x0, y0) = From(next.X0, next.Y0);
        return new(XX * next.XX + XY * next.YX, XX * next.XY + XY * next.YY, x0, YX * next.XX + YY * next.YX, YX * next.XY + YY * next.YY, y0);
    }
}
