namespace CudaNet.Onnx.Operators;

/// <summary>Graphs in nodes: branches and loops.</summary>
internal static class Control
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["If"] = c => c.Runner.RunInner(c.Graph((c.Integers(0) ?? throw c.Fail("the condition is missing")).Single() != 0 ? "then_branch" : "else_branch"), []),
        ["Loop"] = Loop,
        ["Scan"] = Scan,
    };

    private static IReadOnlyList<Value> Loop(NodeContext c)
    {
        var body = c.Graph("body");
        long most = c.Integers(0)?.Single() ?? long.MaxValue;
        var goOn = c[1] is { IsEmpty: false } condition ? condition : Value.Of(Tensor.Full([], true, DType.Bool, c.Device), constant: true);
        int carried = c.InputCount - 2;
        Value[] state = [.. Enumerable.Range(2, Math.Max(0, carried)).Select(c.Required)];
        var scanned = new List<Value>[Math.Max(0, body.Output.Count - 1 - state.Length)];
        for (int k = 0; k < scanned.Length; k++)
            scanned[k] = [];
        for (long step = 0; step < most && goOn.Integers().Single() != 0; step++)
        {
            var results = c.Runner.RunInner(body, [Value.Of(Tensor.Full([], step, DType.Int64, c.Device), constant: true), goOn, .. state]);
            goOn = results[0];
            for (int k = 0; k < state.Length; k++)
                state[k] = results[k + 1];
            for (int k = 0; k < scanned.Length; k++)
                scanned[k].Add(results[1 + state.Length + k]);
        }
        return [.. state, .. scanned.Select(values => Stacked(c, values, 0))];
    }

    private static IReadOnlyList<Value> Scan(NodeContext c)
    {
        var body = c.Graph("body");
        int scans = checked((int)c.Int("num_scan_inputs")), first = c.Opset < 9 ? 1 : 0;
        // Version 8 has a batch in front and an optional input of lengths; it is run example by example.
        if (first == 1)
            return BatchedScan(c, body, scans);
        int carried = c.InputCount - scans;
        Value[] inputs = [.. Enumerable.Range(0, c.InputCount).Select(c.Required)];
        long[] axes = c.Ints("scan_input_axes") ?? new long[scans], directions = c.Ints("scan_input_directions") ?? new long[scans];
        long[] outAxes = c.Ints("scan_output_axes") ?? new long[body.Output.Count - carried], outDirections = c.Ints("scan_output_directions") ?? new long[body.Output.Count - carried];
        return Scanned(c, body, inputs[..carried], inputs[carried..], axes, directions, outAxes, outDirections);
    }

    private static IReadOnlyList<Value> BatchedScan(NodeContext c, Proto.GraphProto body, int scans)
    {
        Value[] inputs = [.. Enumerable.Range(1, c.InputCount - 1).Select(c.Required)];
        int carried = inputs.Length - scans, outputs = body.Output.Count - carried;
        long batch = inputs[0].Tensor!.Shape[0];
        var results = new List<IReadOnlyList<Value>>();
        for (long k = 0; k < batch; k++)
        {
            Value[] example = [.. inputs.Select(value => Value.Of(value.Tensor!.Select(0, k), value.Type, value.IsConstant))];
            results.Add(Scanned(c, body, example[..carried], example[carried..], new long[scans], c.Ints("directions") ?? new long[scans], new long[outputs], new long[outputs]));
        }
        return [.. Enumerable.Range(0, body.Output.Count).Select(k => Stacked(c, [.. results.Select(result => result[k])], 0))];
    }

    private static IReadOnlyList<Value> Scanned(NodeContext c, Proto.GraphProto body, Value[] state, Value[] scanned, long[] axes, long[] directions, long[] outAxes, long[] outDirections)
    {
        int[] along = [.. scanned.Select((value, k) => c.Axis(axes[k], value.Tensor!.Rank))];
        long length = scanned.Length > 0 ? scanned[0].Tensor!.Shape[along[0]] : 0;
        state = [.. state];
        var collected = Enumerable.Range(0, body.Output.Count - state.Length).Select(_ => new List<Value>()).ToArray();
        for (long step = 0; step < length; step++)
        {
            var slices = scanned.Select((value, k) => Value.Of(value.Tensor!.Select(along[k], directions[k] == 0 ? step : length - 1 - step), value.Type, value.IsConstant));
            var results = c.Runner.RunInner(body, [.. state, .. slices]);
            for (int k = 0; k < state.Length; k++)
                state[k] = results[k];
            for (int k = 0; k < collected.Length; k++)
                collected[k].Add(results[state.Length + k]);
        }
        return [.. state, .. collected.Select((values, k) =>
        {
            if (outDirections[k] != 0)
                values.Reverse();
            return Stacked(c, values, outAxes[k]);
        })];
    }

    private static Value Stacked(NodeContext c, List<Value> values, long axis)
    {
        if (values.Count == 0)
            throw c.Fail("no step was made, so that the shape of what it collects is not known");
        Tensor[] tensors = [.. values.Select(value => value.Tensor ?? throw c.Fail("only tensors can be collected"))];
        return Value.Of(Tensor.Stack(tensors, (int)axis), values[0].Type, values.TrueForAll(value => value.IsConstant));
    }
}
