using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CudaNet.Tests;

/// <summary>ONNX Runtime, whose results ours are held against.</summary>
internal sealed class Runtime : IDisposable
{
    private readonly InferenceSession _session;

    public Runtime(string path)
    {
        _session = new InferenceSession(path, Options());
    }

    public Runtime(byte[] model)
    {
        _session = new InferenceSession(model, Options());
    }

    public Dictionary<string, float[]> Run(IReadOnlyDictionary<string, Tensor> inputs)
    {
        using var results = _session.Run([.. inputs.Select(entry => entry.Value.DType == DType.Int64
            ? NamedOnnxValue.CreateFromTensor(entry.Key, new DenseTensor<long>(entry.Value.ToArray<long>(), Sizes(entry.Value)))
            : NamedOnnxValue.CreateFromTensor(entry.Key, new DenseTensor<float>(entry.Value.ToArray<float>(), Sizes(entry.Value))))]);
        return results.ToDictionary(result => result.Name, result => result.AsEnumerable<float>().ToArray());
    }

    public void Dispose() => _session.Dispose();

    private static int[] Sizes(Tensor tensor) => [.. tensor.Shape.ToArray().Select(size => (int)size)];

    private static SessionOptions Options() => new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
}
