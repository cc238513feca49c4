using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>A tensor that is trained, as <c>optimizer.cu</c> has it in its list: 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct OptimizerTensor
{
    /// <summary>Weights in f32.</summary>
    public CudaDevicePointer Weights;

    /// <summary>Gradient in the kernel's type.</summary>
    public CudaDevicePointer Gradient;

    /// <summary>What the rule keeps, in f32, in the order of its formula; null for what it does not keep.</summary>
    public CudaDevicePointer Slot0, Slot1, Slot2;

    /// <summary>The weights in the gradient's type; null for none.</summary>
    public CudaDevicePointer Copy;

    /// <summary>Elements.</summary>
    public long Size;

    private readonly long _unused;
}

/// <summary>The first argument of the kernels in <c>optimizer.cu</c>, laid out as there.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct OptimizerArguments
{
    /// <summary>List of <see cref="OptimizerTensor"/> in device memory; null for <see cref="Only"/>.</summary>
    public CudaDevicePointer Tensors;

    /// <summary>List of <see cref="OptimizerKernels.Chunks"/> in device memory; null with <see cref="Only"/>.</summary>
    public CudaDevicePointer Chunks;

    /// <summary>The one tensor where there is no list.</summary>
    public OptimizerTensor Only;

    /// <summary>Learning rate and number of the step, from 1, one f32 each.</summary>
    public CudaDevicePointer Rate, Step;

    /// <summary>[norm, factor, found] of <c>gradient_join</c>; null for a factor of 1.</summary>
    public CudaDevicePointer Control;

    /// <summary>Numbers of the formulas.</summary>
    public float Decay, Momentum, Dampening, Beta1, Beta2, LogBeta1, LogBeta2, Epsilon, RateDecay;

    /// <summary>1 for yes, 0 for no.</summary>
    public int Decoupled, Nesterov, RateInside, EpsilonInside, Centered;
}
