namespace CudaNet.Onnx;

/// <summary>An ONNX model asks for something that the engine does not have, contradicts itself, or gets inputs that it does
/// not take. The message names the operator and the node.</summary>
public sealed class OnnxException(string message, Exception? inner = null) : CudaNetException(message, inner);
