using CudaNet.Execution;
using CudaNet.Ops;

namespace CudaNet.Cpu.Resampling;

/// <summary>Images at places between their pixels, of Float32, Float64 and bytes; half types run as the decomposition.</summary>
internal static class ResamplingKernels
{
    public static void Register(KernelTable table) => table.Add<AffineSample>(
        static step => step.Inputs[0].DType switch
        {
            DType.Float32 => new AffineSampleKernel<float, float>(step),
            DType.Float64 => new AffineSampleKernel<double, double>(step),
            _ => new AffineSampleKernel<byte, float>(step),
        },
        claims: static (_, types) => types[0].DType is DType.Float32 or DType.Float64 or DType.UInt8 && types[0].Shape[2] * types[0].Shape[3] <= int.MaxValue);
}
