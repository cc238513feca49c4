namespace CudaNet.Ops;

/// <summary>Checks and defaults that the public convolution methods share.</summary>
internal static class Convolution
{
    private static readonly string[] AxisNames = ["length", "height, width", "depth, height, width"];

    public static Tensor Forward(string name, Tensor x, Tensor weight, Tensor? bias, Spatial? stride, Padding? padding, Spatial? dilation, int groups, int spatial)
    {
        CheckRanks(name, x, weight, spatial, "out channels, channels / groups");
        var geometry = Geometry(name, weight, stride, padding, dilation, groups, spatial);
        if (x.Shape[1] != weight.Shape[1] * groups)
            throw new ShapeException($"{name}: x {x.Shape} has {x.Shape[1]} channels, but weight {weight.Shape} takes {weight.Shape[1]}{(groups > 1 ? $" in each of {groups} groups" : "")}. "
                + "Axis 1 of the weight must be channels / groups.");
        if (weight.Shape[0] % groups != 0)
            throw new ShapeException($"{name}: the {weight.Shape[0]} output channels of weight {weight.Shape} do not divide into {groups} groups.");
        var type = Common(x, weight);
        var y = new Conv(geometry).Apply(x.To(type), weight.To(type));
        return AddBias(name, y, bias);
    }

    public static Tensor Transposed(string name, Tensor x, Tensor weight, Tensor? bias, Spatial? stride, Spatial? padding, Spatial? outputPadding, Spatial? dilation, int groups, int spatial)
    {
        CheckRanks(name, x, weight, spatial, "channels, out channels / groups");
        var cut = (padding ?? 0).Expand(spatial, "padding", name, least: 0);
        var added = (outputPadding ?? 0).Expand(spatial, "output padding", name, least: 0);
        var geometry = Geometry(name, weight, stride, new Padding([.. cut.ToArray().Select(size => ((int)size, (int)size))]), dilation, groups, spatial);
        if (x.Shape[1] != weight.Shape[0])
            throw new ShapeException($"{name}: x {x.Shape} has {x.Shape[1]} channels, but weight {weight.Shape} takes {weight.Shape[0]}. Axis 0 of the weight must be the channels.");
        if (x.Shape[1] % groups != 0)
            throw new ShapeException($"{name}: the {x.Shape[1]} channels of x {x.Shape} do not divide into {groups} groups.");
        var sizes = new long[spatial];
        for (var k = 0; k < spatial; k++)
        {
            var kernel = weight.Shape[k + 2];
            if (added[k] >= geometry.Stride[k])
                throw new ShapeException($"{name}: output padding {added} must be smaller than stride {geometry.Stride}: it only chooses among the sizes that the stride maps to one.");
            sizes[k] = (x.Shape[k + 2] - 1) * geometry.Stride[k] - geometry.Low[k] - geometry.High[k] + geometry.Dilation[k] * (kernel - 1) + 1 + added[k];
            if (sizes[k] < 1)
                throw new ShapeException($"{name}: padding {cut} leaves nothing of spatial axis {k}. Use less padding.");
        }
        var type = Common(x, weight);
        // The geometry's high padding takes up what the forward convolution would not have reached.
        var y = new ConvInputGrad(geometry, sizes).Apply(x.To(type), weight.To(type));
        return AddBias(name, y, bias);
    }

    private static void CheckRanks(string name, Tensor x, Tensor weight, int spatial, string weightAxes)
    {
        if (x.Rank != spatial + 2 || weight.Rank != spatial + 2)
            throw new ShapeException($"{name}: x {x.Shape} must be [batch, channels, {AxisNames[spatial - 1]}] and weight {weight.Shape} [{weightAxes}, {AxisNames[spatial - 1]}]."
                + (x.Rank == spatial + 1 ? " For a single example Reshape it to a batch of 1." : ""));
        for (var k = 0; k < weight.Rank; k++)
            if (weight.Shape[k] == 0) throw new ShapeException($"{name}: weight {weight.Shape} is empty.");
    }

    private static ConvGeometry Geometry(string name, Tensor weight, Spatial? stride, Padding? padding, Spatial? dilation, int groups, int spatial)
    {
        if (groups < 1) throw new ShapeException($"{name}: {groups} groups; there must be at least 1.");
        var steps = (stride ?? 1).Expand(spatial, "stride", name);
        var distances = (dilation ?? 1).Expand(spatial, "dilation", name);
        var (low, high) = (padding ?? Padding.Valid).Resolve(weight.Shape.Slice(2, spatial), steps, distances, name);
        return new(steps, low, high, distances, groups);
    }

    private static DType Common(Tensor x, Tensor weight)
    {
        var type = DTypes.Promote(x.DType, weight.DType);
        return type.IsFloating() ? type : DType.Float32;
    }

    private static Tensor AddBias(string name, Tensor y, Tensor? bias)
    {
        if (bias is null) return y;
        if (bias.Rank != 1 || bias.Shape[0] != y.Shape[1])
            throw new ShapeException($"{name}: bias is {bias.Shape}; for {y.Shape[1]} output channels it must be [{y.Shape[1]}].");
        var aligned = new long[y.Rank - 1];
        Array.Fill(aligned, 1);
        aligned[0] = y.Shape[1];
        return y + bias.To(y.DType).Reshape(new Shape(aligned));
    }
}

/// <summary>How convolutions take a batch of examples or of weights, for <see cref="CudaNet.Vmap"/>.</summary>
internal static class ConvBatching
{
    /// <summary>[batch, n, …] as more examples: [batch·n, …] and back.</summary>
    public static Tensor OverExamples(Func<Tensor, Tensor> f, Tensor x)
    {
        var y = f(IntoLeading(x));
        return y.Reshape(new Shape(x.Shape[0], x.Shape[1]).Concat(y.Shape.Span[1..]));
    }

    /// <summary>Repeats what has no batch.</summary>
    public static Tensor WithBatch(Tensor x, bool batched, long batch) => batched ? x : x.ExpandTo(x.Shape.Insert(0, batch));

    /// <summary>[batch, n, c, …] as [n, batch·c, …].</summary>
    public static Tensor IntoChannels(Tensor x)
    {
        var swapped = x.Transpose(0, 1);
        return swapped.Reshape(new Shape(x.Shape[1], x.Shape[0] * x.Shape[2]).Concat(x.Shape.Span[3..]));
    }

    /// <summary>[n, batch·c, …] as [batch, n, c, …].</summary>
    public static Tensor OutOfChannels(Tensor y, long batch) =>
        y.Reshape(new Shape(y.Shape[0], batch, y.Shape[1] / batch).Concat(y.Shape.Span[2..])).Transpose(0, 1);

    /// <summary>[batch, n, …] as [batch·n, …].</summary>
    public static Tensor IntoLeading(Tensor x) => x.Reshape(new Shape(x.Shape[0] * x.Shape[1]).Concat(x.Shape.Span[2..]));
}
