namespace CudaNet.Onnx.Operators;

/// <summary>Images read at places that a grid names, from −1 to 1 over the image.</summary>
internal static class GridSampling
{
    private const double CubicA = -0.75;

    public static IReadOnlyList<Value> Run(NodeContext c)
    {
        var (x, grid) = (c.Input(0), c.Input(1));
        if (x.Rank != 4 || grid.Rank != 4 || grid.Shape[3] != 2)
            throw c.Fail($"x {x.Shape} must be [batch, channels, height, width] and the grid {grid.Shape} [batch, height, width, 2]");
        bool corners = c.Flag("align_corners");
        var image = new Image(c, x, c.Text("padding_mode", "zeros"), corners);
        var (px, py) = (Place(grid.Select(3, 0), x.Shape[3], corners), Place(grid.Select(3, 1), x.Shape[2], corners));
        switch (c.Text("mode", "bilinear"))
        {
            case "nearest":
                return [c.Like(image.At(px.Round(), py.Round()))];
            case "bilinear" or "linear":
                return [c.Like(Sum(image, px, py, 2, (share, tap) => tap == 0 ? 1 - share : share))];
            case "bicubic" or "cubic":
                return [c.Like(Sum(image, px, py, 4, (share, tap) => Weight(share - (tap - 1))))];
            case var mode:
                throw c.Fail($"the mode \"{mode}\" is unknown");
        }
    }

    private static Tensor Place(Tensor grid, long size, bool corners) => corners ? (grid + 1) * ((size - 1) / 2.0) : ((grid + 1) * size - 1) / 2;

    private static Tensor Sum(Image image, Tensor px, Tensor py, int taps, Func<Tensor, int, Tensor> weight)
    {
        var (x0, y0) = (px.Floor(), py.Floor());
        var (sx, sy) = (px - x0, py - y0);
        Tensor? sum = null;
        int first = 1 - taps / 2;
        for (int i = 0; i < taps; i++)
            for (int j = 0; j < taps; j++)
            {
                // [batch, 1, height, width]: the same for all channels.
                var part = image.At(x0 + (j + first), y0 + (i + first)) * (weight(sx, j) * weight(sy, i)).Unsqueeze(1);
                sum = sum is null ? part : sum + part;
            }
        return sum!;
    }

    /// <summary>Keys' cubic convolution of a tensor of distances.</summary>
    private static Tensor Weight(Tensor distance)
    {
        var d = distance.Abs();
        var near = (d * (CubicA + 2) - (CubicA + 3)) * d * d + 1;
        var far = ((d * CubicA - 5 * CubicA) * d + 8 * CubicA) * d - 4 * CubicA;
        return (d <= 1).Where(near, (d < 2).Where(far, 0));
    }

    private sealed record Image(NodeContext Context, Tensor X, string Padding, bool Corners)
    {
        /// <summary>[batch, channels, height, width] of the pixels at whole places, which may lie outside.</summary>
        public Tensor At(Tensor px, Tensor py)
        {
            var (n, channels, height, width) = (X.Shape[0], X.Shape[1], X.Shape[2], X.Shape[3]);
            var (ix, iy) = (Inside(px, width), Inside(py, height));
            var flat = (iy * width + ix).To(DType.Int64).Reshape([n, 1, px.Shape[1] * px.Shape[2]]);
            var pixels = X.Reshape([n, channels, height * width]).Gather(flat.ExpandTo([n, channels, flat.Shape[2]]), 2).Reshape([n, channels, px.Shape[1], px.Shape[2]]);
            if (Padding != "zeros")
                return pixels;
            var within = (px >= 0) & (px <= width - 1) & (py >= 0) & (py <= height - 1);
            return within.Unsqueeze(1).Where(pixels, 0);
        }

        private Tensor Inside(Tensor place, long size)
        {
            if (Padding == "reflection")
            {
                // Mirrored at the centres of the outer pixels, or at their outer edges.
                double shift = Corners ? 0 : 0.5, span = Corners ? size - 1 : size;
                var there = (place + shift).Abs() % Math.Max(2 * span, 1);
                place = there.Minimum(2 * span - there) - shift;
            }
            else if (Padding is not ("zeros" or "border"))
            {
                throw Context.Fail($"padding_mode \"{Padding}\" is unknown");
            }
            return place.Clamp(0.0, size - 1.0);
        }
    }
}
