using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>Rotation of rows by their position, inside of attention kernels.</summary>
/// <param name="Cosine">[positions, size/2] of f32.</param>
/// <param name="Sine">The same.</param>
/// <param name="Size">Rotated numbers of a row; half of them, or all if interleaved, are a multiple of 16 bytes.</param>
/// <param name="Interleaved">1 for pairs side by side, 0 for pairs half of them apart.</param>
[StructLayout(LayoutKind.Sequential)]
public record struct AttentionRotation(CudaDevicePointer Cosine, CudaDevicePointer Sine, int Size, int Interleaved);
