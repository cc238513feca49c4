namespace CudaNet.Onnx.Operators;

/// <summary>Images in other sizes.</summary>
internal static class Resampling
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["GridSample"] = GridSampling.Run,
        ["Resize"] = Resize,
        ["Upsample"] = Upsample,
    };

    private static IReadOnlyList<Value> Upsample(NodeContext c)
    {
        var x = c.Input(0);
        double[] scales = (c.Opset < 9 ? c.Floats("scales")?.Select(scale => (double)scale).ToArray() : c.Doubles(1)) ?? throw c.Fail("the scales are missing");
        return [c.Like(Resized(c, x, scales, null, new Rule(c.Text("mode", "nearest"), "asymmetric", "floor")))];
    }

    private static IReadOnlyList<Value> Resize(NodeContext c)
    {
        var x = c.Input(0);
        if (c.Flag("antialias"))
            throw c.Fail("antialias is not supported");
        bool old = c.Opset < 11;
        double[]? scales = c.Doubles(old ? 1 : 2), roi = old ? null : c.Doubles(1);
        long[]? sizes = old ? null : c.Integers(3);
        if (c.Ints("axes") is { } named)
        {
            int[] axes = c.Axes(named, x.Rank);
            scales = Spread(scales, axes, x.Rank, _ => 1);
            sizes = Spread(sizes?.Select(size => (double)size).ToArray(), axes, x.Rank, k => x.Shape[k])?.Select(size => (long)size).ToArray();
            if (roi is { Length: > 0 })
                roi = [.. Spread(roi[..axes.Length], axes, x.Rank, _ => 0)!, .. Spread(roi[axes.Length..], axes, x.Rank, _ => 1)!];
            if (sizes is not null && c.Text("keep_aspect_ratio_policy", "stretch") is var policy && policy != "stretch")
            {
                double scale = policy == "not_larger" ? axes.Min(k => (double)sizes[k] / x.Shape[k]) : axes.Max(k => (double)sizes[k] / x.Shape[k]);
                foreach (int k in axes)
                    sizes[k] = (long)Math.Round(scale * x.Shape[k]);
            }
        }
        var rule = new Rule(c.Text("mode", "nearest"), old ? "asymmetric" : c.Text("coordinate_transformation_mode", "half_pixel"), old ? "floor" : c.Text("nearest_mode", "round_prefer_floor"))
        {
            CubicA = c.Float("cubic_coeff_a", -0.75),
            ExcludeOutside = c.Flag("exclude_outside"),
            Roi = roi is { Length: > 0 } ? roi : null,
            Outside = c.Float("extrapolation_value", 0),
        };
        return [c.Like(Resized(c, x, scales is { Length: > 0 } ? scales : null, sizes is { Length: > 0 } ? sizes : null, rule))];
    }

    private static double[]? Spread(double[]? values, int[] axes, int rank, Func<int, double> missing)
    {
        if (values is not { Length: > 0 })
            return values;
        var all = new double[rank];
        for (int k = 0; k < rank; k++)
            all[k] = Array.IndexOf(axes, k) is >= 0 and var at ? values[at] : missing(k);
        return all;
    }

    /// <summary>Axis by axis: each element of the result is a weighted sum of a few of the input's, at most four.</summary>
    private static Tensor Resized(NodeContext c, Tensor x, double[]? scales, long[]? sizes, Rule rule)
    {
        if ((scales?.Length ?? sizes?.Length) != x.Rank)
            throw c.Fail($"there must be a scale or a size for each axis of {x.Shape}");
        var type = x.DType;
        // Weights of halves and integers would be rounded too early.
        var y = type is DType.Float32 or DType.Float64 ? x : x.To(DType.Float32);
        Tensor? inside = null;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            long size = x.Shape[axis], target = sizes?[axis] ?? (long)Math.Floor(size * scales![axis]);
            double scale = scales?[axis] ?? (double)target / size;
            if (target == size && scale == 1 && rule.Coordinates != "tf_crop_and_resize")
                continue;
            if (target < 0 || scale <= 0)
                throw c.Fail($"axis {axis} of {x.Shape} cannot become {target} large");
            double[] places = [.. Enumerable.Range(0, checked((int)target)).Select(k => rule.Place(c, k, size, target, scale, axis, x.Rank))];
            y = Along(c, y, axis, places, rule);
            if (rule.Coordinates == "tf_crop_and_resize")
            {
                var shape = Enumerable.Repeat(1L, x.Rank).ToArray();
                shape[axis] = target;
                var within = Tensor.From([.. places.Select(place => place >= 0 && place <= size - 1)], new Shape(shape), c.Device);
                inside = inside is null ? within : inside & within;
            }
        }
        if (inside is not null)
            y = inside.Where(y, rule.Outside);
        return type == y.DType ? y : type.IsFloating() ? y.To(type) : y.Round().To(type);
    }

    private static Tensor Along(NodeContext c, Tensor x, int axis, double[] places, Rule rule)
    {
        long size = x.Shape[axis];
        int taps = rule.Mode switch { "nearest" => 1, "linear" => 2, "cubic" => 4, _ => throw c.Fail($"the mode \"{rule.Mode}\" is unknown") };
        var (indices, weights) = (new long[taps][], new double[taps][]);
        for (int t = 0; t < taps; t++)
            (indices[t], weights[t]) = (new long[places.Length], new double[places.Length]);
        for (int k = 0; k < places.Length; k++)
        {
            double below = Math.Floor(places[k]), share = places[k] - below, sum = 0;
            for (int t = 0; t < taps; t++)
            {
                long at = taps == 1 ? rule.Nearest(c, places[k]) : (long)below + t - (taps / 2 - 1);
                double weight = taps switch { 1 => 1, 2 => t == 0 ? 1 - share : share, _ => Cubic(share - (t - 1), rule.CubicA) };
                if (rule.ExcludeOutside && (at < 0 || at >= size))
                    weight = 0;
                indices[t][k] = Math.Clamp(at, 0, size - 1);
                weights[t][k] = weight;
                sum += weight;
            }
            for (int t = 0; t < taps && rule.ExcludeOutside; t++)
                weights[t][k] /= sum;
        }
        var shape = Enumerable.Repeat(1L, x.Rank).ToArray();
        shape[axis] = places.Length;
        Tensor? y = null;
        for (int t = 0; t < taps; t++)
        {
            var part = x.Take(Tensor.From(indices[t], [places.Length], c.Device), axis);
            if (taps > 1)
                part *= Tensor.From(weights[t], new Shape(shape), c.Device).To(x.DType);
            y = y is null ? part : y + part;
        }
        return y!;
    }

    /// <summary>Keys' cubic convolution at a distance below 2.</summary>
    public static double Cubic(double distance, double a)
    {
        double d = Math.Abs(distance);
        return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /// <summary>Where the elements of the result lie in the input, and which of its elements they take.</summary>
    private sealed record Rule(string Mode, string Coordinates, string NearestMode)
    {
        public double CubicA { get; init; } = -0.75;

        public bool ExcludeOutside { get; init; }

        public double[]? Roi { get; init; }

        public double Outside { get; init; }

        public double Place(NodeContext c, int k, long size, long target, double scale, int axis, int rank)
        {
            switch (Coordinates)
            {
                case "half_pixel":
                    return (k + 0.5) / scale - 0.5;
                case "pytorch_half_pixel":
                    return target > 1 ? (k + 0.5) / scale - 0.5 : 0;
                case "align_corners":
                    return target == 1 ? 0 : k * (size - 1.0) / (target - 1);
                case "asymmetric":
                    return k / scale;
                case "tf_half_pixel_for_nn":
                    return (k + 0.5) / scale;
                case "tf_crop_and_resize":
                    if (Roi is null || Roi.Length != 2 * rank)
                        throw c.Fail($"the region of interest must have {2 * rank} numbers");
                    double start = Roi[axis], end = Roi[rank + axis];
                    return target > 1 ? start * (size - 1) + k * (end - start) * (size - 1) / (target - 1) : 0.5 * (start + end) * (size - 1);
                default:
                    throw c.Fail($"coordinate_transformation_mode \"{Coordinates}\" is not supported");
            }
        }

        public long Nearest(NodeContext c, double place) => NearestMode switch
        {
            "round_prefer_floor" => (long)Math.Ceiling(place - 0.5),
            "round_prefer_ceil" => (long)Math.Floor(place + 0.5),
            "floor" => (long)Math.Floor(place),
            "ceil" => (long)Math.Ceiling(place),
            _ => throw c.Fail($"nearest_mode \"{NearestMode}\" is unknown"),
        };
    }
}
