using CudaNet.Nn;
using CudaNet.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace CudaNet.Bench.Suites;

/// <summary>One operation or one model in ONNX Runtime, its inputs and its output in memory that is bound once.</summary>
internal sealed class OnnxPeer : IDisposable
{
    internal const string Name = "ONNX Runtime";

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _inputs, _outputs;
    private readonly OrtValue[] _inputValues;
    private readonly OrtValue[] _outputValues;

    /// <param name="operation">Type of the ONNX node.</param>
    /// <param name="attributes">Values are long, float or long[].</param>
    /// <param name="inputs">Values and shapes.</param>
    /// <param name="constants">How many of the last inputs are constants, as weights are.</param>
    /// <param name="output">Shape of the output.</param>
    internal OnnxPeer(string operation, (string Name, object Value)[] attributes, (float[] Values, long[] Shape)[] inputs, int constants, long[] output)
        : this(options => new(OnnxModel.Of(operation, attributes, [.. inputs.Select((input, k) => (input.Shape, k < inputs.Length - constants ? null : input.Values))], output), options),
            [.. inputs.SkipLast(constants).Select((input, k) => (OnnxModel.Name(k), OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape)))], "y", output)
    {
    }

    private OnnxPeer(Func<SessionOptions, InferenceSession> open, (string Name, OrtValue Value)[] inputs, string output, long[] shape)
    {
        using var options = new SessionOptions { IntraOpNumThreads = PeerThreads.Count, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = open(options);
        (_inputs, _inputValues) = ([.. inputs.Select(input => input.Name)], [.. inputs.Select(input => input.Value)]);
        Result = new float[shape.Aggregate(1L, (product, size) => product * size)];
        (_outputs, _outputValues) = ([output], [OrtValue.CreateTensorValueFromMemory(Result, shape)]);
    }

    /// <summary>A whole model of ours, as our export writes it.</summary>
    /// <param name="model">In evaluation.</param>
    /// <param name="x">Its input: Float32 or Int64.</param>
    /// <param name="output">Shape of its output.</param>
    internal static OnnxPeer Of(Module model, Tensor x, long[] output)
    {
        var file = Path.Combine(Path.GetTempPath(), $"cudanet-bench-{Environment.ProcessId}.onnx");
        try
        {
            model.ExportOnnx(file, x, "x", "y");
            var shape = x.Shape.ToArray();
            var value = x.DType == DType.Int64 ? OrtValue.CreateTensorValueFromMemory(x.ToArray<long>(), shape) : OrtValue.CreateTensorValueFromMemory(x.ToArray<float>(), shape);
            return new(options => new(file, options), [("x", value)], "y", output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The output of the last run.</summary>
    internal float[] Result { get; }

    internal void Run() => _session.Run(_options, _inputs, _inputValues, _outputs, _outputValues);

    public void Dispose()
    {
        foreach (var value in _inputValues.Concat(_outputValues))
            value.Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
