using Microsoft.ML.OnnxRuntime;

namespace CudaNet.Bench.Suites;

/// <summary>One operation in ONNX Runtime, its inputs and its output in memory that is bound once.</summary>
internal sealed class OnnxPeer : IDisposable
{
    internal const string Name = "ONNX Runtime";

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly List<OrtValue> _values = [];
    private readonly string[] _inputs;
    private readonly OrtValue[] _inputValues;
    private readonly OrtValue[] _outputValues;

    /// <param name="operation">Type of the ONNX node.</param>
    /// <param name="attributes">Values are long, float or long[].</param>
    /// <param name="inputs">Values and shapes.</param>
    /// <param name="constants">How many of the last inputs are constants, as weights are.</param>
    /// <param name="output">Shape of the output.</param>
    internal OnnxPeer(string operation, (string Name, object Value)[] attributes, (float[] Values, long[] Shape)[] inputs, int constants, long[] output)
    {
        var variable = inputs.Length - constants;
        using var options = new SessionOptions { IntraOpNumThreads = PeerThreads.Count, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(OnnxModel.Of(operation, attributes, [.. inputs.Select((input, k) => (input.Shape, k < variable ? null : input.Values))], output), options);
        _inputs = [.. Enumerable.Range(0, variable).Select(OnnxModel.Name)];
        _inputValues = [.. inputs.Take(variable).Select(input => OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape))];
        Result = new float[output.Aggregate(1L, (product, size) => product * size)];
        _outputValues = [OrtValue.CreateTensorValueFromMemory(Result, output)];
        _values.AddRange([.. _inputValues, .. _outputValues]);
    }

    /// <summary>The output of the last run.</summary>
    internal float[] Result { get; }

    internal void Run() => _session.Run(_options, _inputs, _inputValues, ["y"], _outputValues);

    public void Dispose()
    {
        foreach (var value in _values)
            value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
