namespace CudaNet.Onnx;

/// <summary>Computes the outputs of a node.</summary>
internal delegate IReadOnlyList<Value> Operator(NodeContext context);
