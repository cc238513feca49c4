using TorchSharp;

namespace CudaNet.Tests.Catalogue;

/// <summary>Values and element types across the border between the two engines.</summary>
internal static class TorchTypes
{
    /// <summary>Torch computes the half types in Float32 here: a function that is composed of several would be rounded between
    /// them, and some do not exist. Only a cast rounds, since that is its meaning.</summary>
    internal static torch.ScalarType ToTorch(this DType type) => type switch
    {
        DType.Bool => torch.ScalarType.Bool,
        DType.UInt8 => torch.ScalarType.Byte,
        DType.Int32 => torch.ScalarType.Int32,
        DType.Int64 => torch.ScalarType.Int64,
        DType.Float16 or DType.BFloat16 or DType.Float32 => torch.ScalarType.Float32,
        DType.Float64 => torch.ScalarType.Float64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no element type of torch"),
    };

    /// <summary>A copy of a tensor's values. Float64 holds the values of all types that are drawn here exactly.</summary>
    internal static torch.Tensor ToTorch(this Tensor tensor)
    {
        using var values = torch.tensor(tensor.ToDoubles(), tensor.Shape.ToArray());
        return values.to(tensor.DType.ToTorch());
    }

    internal static double[] ToDoubles(this torch.Tensor tensor)
    {
        // TorchSharp's accessor refuses a tensor without elements.
        if (tensor.numel() == 0)
            return [];
        using var values = tensor.detach().to(torch.ScalarType.Float64).contiguous();
        return values.data<double>().ToArray();
    }
}
