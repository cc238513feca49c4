namespace CudaNet.Onnx.Operators;

/// <summary>Sequences of tensors, and values that may be absent.</summary>
internal static class Sequences
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["ConcatFromSequence"] = Concat,
        ["Optional"] = c => [c[0] ?? Value.None],
        ["OptionalGetElement"] = c => [c.Required(0)],
        ["OptionalHasElement"] = c => [Value.Of(Tensor.Full([], c[0] is { IsEmpty: false }, DType.Bool, c.Device), constant: true)],
        ["SequenceAt"] = c => [c.Sequence(0)[Place(c, c.Required(1), c.Sequence(0).Count - 1)]],
        ["SequenceConstruct"] = c => [Value.Of([.. Enumerable.Range(0, c.InputCount).Select(c.Required)])],
        ["SequenceEmpty"] = _ => [Value.Of([])],
        ["SequenceErase"] = Erase,
        ["SequenceInsert"] = Insert,
        ["SequenceLength"] = c => [Value.Of(Tensor.Full([], c.Sequence(0).Count, DType.Int64, c.Device), constant: true)],
        ["SequenceMap"] = Map,
        ["SplitToSequence"] = Split,
    };

    private static int Place(NodeContext c, Value position, int last)
    {
        long at = position.Integers().Single();
        long index = at < 0 ? at + last + 1 : at;
        return index >= 0 && index <= last ? (int)index : throw c.Fail($"the position {at} is outside of the sequence, which goes to {last}");
    }

    private static IReadOnlyList<Value> Insert(NodeContext c)
    {
        List<Value> values = [.. c.Sequence(0)];
        // A negative position counts from the element that is last before.
        int at = c[2] is not { } position ? values.Count : position.Integers().Single() < 0 ? Place(c, position, values.Count - 1) : Place(c, position, values.Count);
        values.Insert(at, c.Required(1));
        return [Value.Of(values)];
    }

    private static IReadOnlyList<Value> Erase(NodeContext c)
    {
        List<Value> values = [.. c.Sequence(0)];
        values.RemoveAt(c[1] is { } position ? Place(c, position, values.Count - 1) : values.Count - 1);
        return [Value.Of(values)];
    }

    private static IReadOnlyList<Value> Concat(NodeContext c)
    {
        var values = c.Sequence(0);
        Tensor[] tensors = [.. values.Select(value => value.Tensor ?? throw c.Fail("the sequence does not hold tensors"))];
        int axis = (int)c.Int("axis", 0);
        var joined = c.Flag("new_axis") ? Tensor.Stack(tensors, axis) : Tensor.Concat(tensors, axis);
        return [Value.Of(joined, values[0].Type, values.All(value => value.IsConstant))];
    }

    private static IReadOnlyList<Value> Split(NodeContext c)
    {
        var x = c.Input(0);
        int axis = c.Axis(c.Int("axis", 0), x.Rank);
        long[]? split = c.Integers(1);
        long[] sizes = split is null ? [.. Enumerable.Repeat(1L, (int)x.Shape[axis])]
            : c.Input(1).Rank == 1 ? split
            : split[0] > 0 ? [.. Enumerable.Range(0, (int)((x.Shape[axis] + split[0] - 1) / split[0])).Select(k => Math.Min(split[0], x.Shape[axis] - k * split[0]))]
            : throw c.Fail($"the size {split[0]} is not positive");
        long begin = 0;
        var parts = sizes.Select(size => x.Narrow(axis, (begin += size) - size, size));
        if (split is null && !c.Flag("keepdims", true))
            parts = parts.Select(part => part.Squeeze(axis));
        return [Value.Of([.. parts.Select(part => Value.Of(part, c.TypeOf(0), c.Required(0).IsConstant))])];
    }

    /// <summary>The body for each element of the first sequence; other sequences give their elements of the same place, tensors themselves.</summary>
    private static IReadOnlyList<Value> Map(NodeContext c)
    {
        var body = c.Graph("body");
        var results = c.Sequence(0).Select((_, place) => c.Runner.RunInner(body,
            [.. Enumerable.Range(0, c.InputCount).Select(k => c.Required(k).Sequence is { } values ? values[place] : c.Required(k))])).ToArray();
        return [.. Enumerable.Range(0, body.Output.Count).Select(k => Value.Of([.. results.Select(result => result[k])]))];
    }
}
