using CudaNet.Ops;

namespace CudaNet;

/// <summary>Base of all errors that the engine raises on purpose. The message says what, why and what to do.</summary>
public abstract class CudaNetException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Shapes do not fit the operation.</summary>
public sealed class ShapeException(string message) : CudaNetException(message);

/// <summary>An element type is not accepted by the operation.</summary>
public sealed class DTypeException(string message) : CudaNetException(message);

/// <summary>Tensors on different devices, an unknown device, or a device that cannot do the operation.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : CudaNetException(message, inner);

/// <summary>An axis or index is outside of its range.</summary>
public sealed class AxisException(string message) : CudaNetException(message);

/// <summary>An index value inside a tensor of indices is outside of its range; raised when the step runs.</summary>
public sealed class IndexValueException(string message) : CudaNetException(message)
{
    /// <summary>The error of an index outside of its axis, the same from every backend.</summary>
    /// <param name="operation">Who indexed.</param>
    /// <param name="index">The index.</param>
    /// <param name="axis">The axis that it runs along.</param>
    /// <param name="size">Elements of that axis.</param>
    /// <param name="fromEnd">Whether −1 means the last element.</param>
    public static IndexValueException OutOfRange(string operation, long index, int axis, long size, bool fromEnd = false) =>
        new($"{operation}: index {index} is out of range for axis {axis} of {size} elements. "
            + (size == 0 ? "The axis has no element." : $"Indices are {(fromEnd ? -size : 0)} … {size - 1}."));
}

/// <summary>A graph is asked for something that it cannot give: a gradient of what is not differentiable,
/// a read inside of a trace, a backward without a scalar.</summary>
public sealed class GraphException(string message) : CudaNetException(message);

/// <summary>A matrix has not what a decomposition or a solution needs: it is singular, not positive definite, or not finite;
/// raised when the step runs.</summary>
public sealed class LinalgException(string message, Exception? inner = null) : CudaNetException(message, inner);

/// <summary>An operation gave NaN or infinity while <see cref="Anomaly"/> looked for one.</summary>
public sealed class AnomalyException : CudaNetException
{
    internal AnomalyException(string operation, TensorType type, bool isNaN, string place, string inputs, bool isGiven)
        : base($"{operation} gives the first {(isNaN ? "NaN" : "infinity")}: {type} from {(inputs.Length > 0 ? inputs : "nothing")}, {place}. "
            + (isGiven ? "Look for NaN in the data, or in weights that were loaded." : "Keep its input inside of its domain (a clamp, an ε), lower the learning rate, or clip the gradients.")) =>
        (Operation, Type, Place) = (operation, type, place);

    /// <summary>Name of the operation.</summary>
    public string Operation { get; }

    /// <summary>Element type and shape of its result.</summary>
    public TensorType Type { get; }

    /// <summary>Where it was built: methods with file and line as far as they are known.</summary>
    public string Place { get; }
}
