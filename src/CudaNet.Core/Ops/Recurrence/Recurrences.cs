namespace CudaNet.Ops;

/// <summary>What the ops over whole sequences share. Time is axis 0; a step whose time is not below the length of its sequence keeps the
/// state that it found, so that a backward run over padding begins at each sequence's true end.</summary>
internal static class Recurrences
{
    /// <summary>The times of the steps in their order.</summary>
    public static IEnumerable<long> Times(long steps, bool reverse)
    {
        for (long s = 0; s < steps; s++) yield return reverse ? steps - 1 - s : s;
    }

    /// <summary>The element of axis 0 at a time.</summary>
    public static Tensor At(Tensor x, long time) => x.Select(0, time);

    /// <summary>[batch, 1], true where a time is within the sequence; null where all are.</summary>
    public static Tensor? Within(Tensor? lengths, long time) => lengths is null ? null : (lengths > time).Reshape([lengths.ElementCount, 1]);

    /// <summary>One value where a time is within the sequence, another where it is not.</summary>
    public static Tensor Choose(Tensor? within, Tensor value, Tensor otherwise) => within is null ? value : within.Where(value, otherwise);

    /// <summary>The gradient of each plane of axis 0, null where it is known to be zero: results are handed out as views of planes, and the
    /// gradient of a view is a sum of paddings, which are looked through here instead of being computed.</summary>
    public static Tensor?[] Planes(Tensor upstream, int count)
    {
        var planes = new Tensor?[count];
        if (upstream.Node is { IsRealized: false, Op: Add } sum)
        {
            Tensor?[] left = Planes(new(sum.Inputs[0]), count), right = Planes(new(sum.Inputs[1]), count);
            for (var k = 0; k < count; k++) planes[k] = left[k] is { } a && right[k] is { } b ? a + b : left[k] ?? right[k];
            return planes;
        }
        var (source, first, last) = (upstream, 0L, (long)count);
        if (upstream.Node is { IsRealized: false, Op: Pad pad } padded && OnlyFirstAxis(pad))
            (source, first, last) = (new(padded.Inputs[0]), pad.Low[0], count - pad.High[0]);
        for (var k = first; k < last; k++) planes[k] = source.Select(0, k - first);
        return planes;
    }

    /// <summary>Σ over time of gradientᵀ · (state before): the gradient of a weight that multiplies the state before each step.</summary>
    /// <param name="gradients">[time, batch, m].</param>
    /// <param name="states">[time, batch, units], the states after each step.</param>
    /// <param name="initial">[batch, units].</param>
    /// <param name="reverse">Whether time runs backwards.</param>
    public static Tensor WeightGradient(Tensor gradients, Tensor states, Tensor initial, bool reverse)
    {
        var steps = gradients.Shape[0];
        var sum = At(gradients, reverse ? steps - 1 : 0).TransposeLast().MatMul(initial);
        if (steps == 1) return sum;
        Tensor later = gradients.Narrow(0, reverse ? 0 : 1, steps - 1), before = states.Narrow(0, reverse ? 1 : 0, steps - 1);
        return sum + Rows(later).TransposeLast().MatMul(Rows(before));
    }

    /// <summary>[time, batch, n] as [time·batch, n].</summary>
    public static Tensor Rows(Tensor x) => x.Reshape([x.Shape[0] * x.Shape[1], x.Shape[2]]);

    /// <summary>Checks what all of them take.</summary>
    /// <param name="name">The op.</param>
    /// <param name="inputs">Gates, hidden state, …; types are equal but for the lengths.</param>
    /// <param name="weight">Place of the weight among the inputs.</param>
    /// <param name="gates">Values of the weight's first axis a unit.</param>
    /// <param name="lengths">Place of the lengths, if they are there.</param>
    public static void Check(string name, ReadOnlySpan<TensorType> inputs, int weight, int gates, int lengths)
    {
        Shape x = inputs[0].Shape, h = inputs[1].Shape, w = inputs[weight].Shape;
        if (x.Rank != 3 || x[0] < 1)
            throw new ShapeException($"{name}: gates {x} must be [time, batch, {gates} · units] with one step at least.");
        if (h.Rank != 2 || h[0] != x[1] || h[1] * gates != x[2])
            throw new ShapeException($"{name}: the hidden state is {h}; for gates {x} it must be [{x[1]}, {x[2] / gates}], that is [batch, units] with {gates} · units = {x[2]}.");
        if (w.Rank != 2 || w[0] != x[2] || w[1] != h[1])
            throw new ShapeException($"{name}: the weight is {w}; for the hidden state {h} it must be [{gates * h[1]}, {h[1]}].");
        if (inputs.Length > lengths && (inputs[lengths].Shape != new Shape(x[1]) || inputs[lengths].DType != DType.Int64))
            throw new ShapeException($"{name}: lengths are {inputs[lengths]}; for a batch of {x[1]} they must be i64[{x[1]}].");
        for (var k = 1; k < Math.Min(lengths, inputs.Length); k++)
            if (inputs[k].DType != inputs[0].DType) throw new DTypeException($"{name}: {inputs[0]} and {inputs[k]} have other element types. The Tensor method promotes.");
    }

    /// <summary>The one floating type of several tensors.</summary>
    public static DType Type(params ReadOnlySpan<Tensor> tensors)
    {
        var type = tensors[0].DType;
        foreach (var tensor in tensors) type = DTypes.Promote(type, tensor.DType);
        return type.IsFloating() ? type : DType.Float32;
    }

    private static bool OnlyFirstAxis(Pad pad)
    {
        for (var k = 0; k < pad.Low.Count; k++)
            if (pad.Interior[k] != 0 || (k > 0 && (pad.Low[k] != 0 || pad.High[k] != 0))) return false;
        return pad.Value.Value == 0;
    }
}
