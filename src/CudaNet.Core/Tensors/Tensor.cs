using CudaNet.Execution;
using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

/// <summary>
/// An immutable n-dimensional array: a handle on a node of the graph. Calling an operation builds a node and computes
/// nothing; reading a value (<see cref="ToArray{T}"/>, <see cref="Item{T}"/>, <see cref="ToString"/>,
/// <see cref="Realize()"/>) runs what it needs. Errors of shape and type are raised at the call.
/// </summary>
/// <remarks>Nothing has to be disposed. <see cref="Dispose"/> gives memory back early for those who want it.</remarks>
[System.Diagnostics.DebuggerDisplay("{Node}")]
public sealed partial class Tensor : IDisposable
{
    /// <summary>Unread chains longer than this are run at once, so that an accumulator in a loop stays bounded.</summary>
    private const int LongestChain = 2000;

    internal Tensor(Node node) => Node = node;

    /// <summary>The node that this tensor is.</summary>
    public Node Node { get; }

    /// <summary>Sizes of the axes.</summary>
    public Shape Shape => Node.Shape;

    /// <summary>Element type.</summary>
    public DType DType => Node.DType;

    /// <summary>Where it lives.</summary>
    public Device Device => Node.Device;

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Rank;

    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.ElementCount;

    /// <summary>Builds the node of an op. The op's rule has the inputs' types; a difference of devices is refused.</summary>
    internal static Tensor FromOp(Op op, params ReadOnlySpan<Tensor> inputs)
    {
        if (Autocast.Current is not null && op.Precision != Precision.AsGiven) inputs = Cast(op, inputs);
        var nodes = new Node[inputs.Length];
        // Most ops have few inputs: their types need no memory of their own.
        var few = default(FewTypes);
        var types = inputs.Length <= FewTypes.Count ? ((Span<TensorType>)few)[..inputs.Length] : new TensorType[inputs.Length];
        Device? device = null;
        for (var k = 0; k < inputs.Length; k++)
        {
            nodes[k] = inputs[k].Node;
            types[k] = inputs[k].Node.Type;
            // Literals, also broadcast ones, follow the tensors that they stand beside.
            if (Simplify.LiteralOf(nodes[k]) is not null) continue;
            device ??= nodes[k].Device;
            if (device != nodes[k].Device)
                throw new DeviceException($"{op.Name}: inputs are on {device} and {nodes[k].Device}. Move one with .To(Device).");
        }
        var node = new Node(op, nodes, op.Infer(types), device ?? (nodes.Length > 0 ? nodes[0].Device : Device.Default));
        if (node.Depth > LongestChain && Trace.Current is null)
        {
            var pending = new List<Tensor>();
            foreach (var input in inputs)
                if (!input.Node.IsRealized) pending.Add(input);
            Executor.Realize([.. pending]);
        }
        return new(node);
    }

    private static Tensor[] Cast(Op op, ReadOnlySpan<Tensor> inputs)
    {
        var cast = inputs.ToArray();
        for (var k = 0; k < cast.Length; k++) cast[k] = cast[k].To(Autocast.TypeOf(op, cast[k].DType));
        return cast;
    }

    /// <summary>A scalar whose value is known when the graph is built.</summary>
    internal static Tensor Literal(Scalar value, DType type) => new(new Node(new Literal(value, type), [], new(Shape.Scalar, type), Device.Default));

    /// <summary>Computes the value now, with all that it needs, and returns this tensor.</summary>
    public Tensor Realize()
    {
        Executor.Realize(this);
        return this;
    }

    /// <summary>Computes several values in one plan, so that what they share is computed once.</summary>
    public static void RealizeAll(params ReadOnlySpan<Tensor> tensors) => Executor.Realize(tensors);

    /// <summary>Gives the memory of this value back at once. Reading it afterwards raises <see cref="ObjectDisposedException"/>;
    /// a tensor that was never computed holds none.</summary>
    public void Dispose() => Node.Buffer?.Dispose();

    [System.Runtime.CompilerServices.InlineArray(Count)]
    private struct FewTypes
    {
        public const int Count = 4;
        private TensorType _first;
    }
}
