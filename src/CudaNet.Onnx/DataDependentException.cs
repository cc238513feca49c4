namespace CudaNet.Onnx;

/// <summary>A value that depends on the inputs is needed while the graph is traced: the model must be run node by node instead.</summary>
internal sealed class DataDependentException : Exception
{
    public DataDependentException()
        : base("The graph's form depends on the values of its inputs.")
    {
    }
}
