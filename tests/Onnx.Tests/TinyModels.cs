using CudaNet.Onnx;
using CudaNet.Onnx.Proto;
using Google.Protobuf;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Tests;

/// <summary>Models of a few nodes, written by hand.</summary>
internal static class TinyModels
{
    public static ModelProto Model(long opset, params NodeProto[] nodes)
    {
        var model = new ModelProto { IrVersion = 8, Graph = new GraphProto { Name = "tiny" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        model.Graph.Node.AddRange(nodes);
        return model;
    }

    public static NodeProto Node(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = op, Name = $"{op}_of_{outputs[0]}" };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static ModelProto WithInput(this ModelProto model, string name, DataType type, params object[] axes)
    {
        model.Graph.Input.Add(Info(name, type, axes));
        return model;
    }

    public static ModelProto WithOutput(this ModelProto model, string name, DataType type = DataType.Float, params object[] axes)
    {
        model.Graph.Output.Add(Info(name, type, axes));
        return model;
    }

    public static ModelProto WithStored(this ModelProto model, string name, float[] values, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float };
        tensor.Dims.AddRange(shape);
        tensor.FloatData.AddRange(values);
        model.Graph.Initializer.Add(tensor);
        return model;
    }

    public static ModelProto WithStored(this ModelProto model, string name, long[] values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Int64 };
        tensor.Dims.Add(values.Length);
        tensor.Int64Data.AddRange(values);
        model.Graph.Initializer.Add(tensor);
        return model;
    }

    public static OnnxModel Load(this ModelProto model) => OnnxModel.Parse(model.ToByteArray(), "tiny.onnx");

    /// <summary>y = relu(x·w + b), reshaped by arithmetic on its own shape to [batch · 2, 1].</summary>
    public static ModelProto Small() => Model(13,
            Node("Gemm", ["x", "w", "b"], ["h"]),
            Node("Relu", ["h"], ["r"]),
            Node("Shape", ["r"], ["s"]),
            Node("Mul", ["s", "two"], ["t"]),
            Node("Gather", ["t", "zero"], ["n"], new AttributeProto { Name = "axis", I = 0, Type = AttributeProto.Types.AttributeType.Int }),
            Node("Concat", ["n", "one"], ["shape"], new AttributeProto { Name = "axis", I = 0, Type = AttributeProto.Types.AttributeType.Int }),
            Node("Reshape", ["r", "shape"], ["y"]))
        .WithInput("x", DataType.Float, "batch", 3L).WithOutput("y")
        .WithStored("w", [1, 2, 3, 4, 5, 6], 3, 2).WithStored("b", [-1, 1], 2).WithStored("two", [2]).WithStored("zero", [0]).WithStored("one", [1]);

    private static ValueInfoProto Info(string name, DataType type, object[] axes)
    {
        var shape = new TensorShapeProto();
        foreach (object axis in axes)
            shape.Dim.Add(axis is long size ? new TensorShapeProto.Types.Dimension { DimValue = size } : new TensorShapeProto.Types.Dimension { DimParam = (string)axis });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = axes.Length > 0 ? shape : null } } };
    }
}
