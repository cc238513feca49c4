using System.Numerics.Tensors;

namespace CudaNet.Cpu;

/// <summary>Copies between the 16-bit floating types and Float32.</summary>
internal static unsafe class HalfConversion
{
    /// <summary>16-bit values as floats.</summary>
    public static void Widen(DType type, nint source, float* destination, long count)
    {
        for (long start = 0; start < count; start += int.MaxValue)
        {
            var length = (int)Math.Min(int.MaxValue, count - start);
            if (type == DType.Float16) TensorPrimitives.ConvertToSingle(new ReadOnlySpan<Half>((Half*)source + start, length), new(destination + start, length));
            else
                for (var i = start; i < start + length; i++) destination[i] = ((BFloat16*)source)[i];
        }
    }

    /// <summary>Floats rounded to 16 bits, to nearest even.</summary>
    public static void Narrow(DType type, float* source, nint destination, long count)
    {
        for (long start = 0; start < count; start += int.MaxValue)
        {
            var length = (int)Math.Min(int.MaxValue, count - start);
            if (type == DType.Float16) TensorPrimitives.ConvertToHalf(new(source + start, length), new((Half*)destination + start, length));
            else
                for (var i = start; i < start + length; i++) ((BFloat16*)destination)[i] = (BFloat16)source[i];
        }
    }
}
