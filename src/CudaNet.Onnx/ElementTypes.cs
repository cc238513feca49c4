using CudaNet.Onnx.Proto;
using DataType = CudaNet.Onnx.Proto.TensorProto.Types.DataType;

namespace CudaNet.Onnx;

/// <summary>How ONNX's element types lie in tensors of the engine. Integers that the engine does not have are kept in wider
/// ones and cut to their size after each operation.</summary>
internal static class ElementTypes
{
    public static DType Storage(this DataType type) => type switch
    {
        DataType.Float => DType.Float32,
        DataType.Double => DType.Float64,
        DataType.Float16 => DType.Float16,
        DataType.Bfloat16 => DType.BFloat16,
        DataType.Bool => DType.Bool,
        DataType.Uint8 => DType.UInt8,
        DataType.Int8 or DataType.Int16 or DataType.Uint16 or DataType.Int32 => DType.Int32,
        DataType.Uint32 or DataType.Uint64 or DataType.Int64 => DType.Int64,
        _ => throw new OnnxException($"The element type {type.Text()} is not supported. Supported are float, double, float16, bfloat16, bool and the integers."),
    };

    /// <summary>The type of a tensor that an operator made, where nothing else is known of it.</summary>
    public static DataType Natural(DType type) => type switch
    {
        DType.Float32 => DataType.Float,
        DType.Float64 => DataType.Double,
        DType.Float16 => DataType.Float16,
        DType.BFloat16 => DataType.Bfloat16,
        DType.Bool => DataType.Bool,
        DType.UInt8 => DataType.Uint8,
        DType.Int32 => DataType.Int32,
        _ => DataType.Int64,
    };

    public static bool IsFloating(this DataType type) => type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    /// <summary>Bits and sign of integers that are kept in wider ones; null for all other types.</summary>
    public static (int Bits, bool Signed)? Narrow(this DataType type) => type switch
    {
        DataType.Int8 => (8, true),
        DataType.Int16 => (16, true),
        DataType.Uint16 => (16, false),
        DataType.Uint32 => (32, false),
        _ => null,
    };

    /// <summary>Cuts integers to the size of their type, as two's complement does.</summary>
    public static Tensor Wrap(Tensor x, DataType type)
    {
        if (type.Narrow() is not { } narrow)
            return x;
        long span = 1L << narrow.Bits, low = narrow.Signed ? span / 2 : 0;
        return ((x.To(DType.Int64) + low) % span - low).To(type.Storage());
    }

    public static string Text(this DataType type) => type switch
    {
        DataType.Float => "float",
        DataType.Undefined => "undefined",
        _ => type.ToString().ToLowerInvariant(),
    };

    public static string Text(this TypeProto? type) => type?.ValueCase switch
    {
        TypeProto.ValueOneofCase.TensorType => ((DataType)type.TensorType.ElemType).Text(),
        TypeProto.ValueOneofCase.SequenceType => $"seq({type.SequenceType.ElemType.Text()})",
        TypeProto.ValueOneofCase.OptionalType => $"optional({type.OptionalType.ElemType.Text()})",
        _ => "unknown",
    };
}
