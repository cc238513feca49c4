using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Kernels;

/// <summary>The kernels' <c>WindowAxis</c>: an axis along which windows lie.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WindowAxis
{
    /// <summary>Elements of the axis.</summary>
    public KernelDivisor Target;

    /// <summary>Elements of a window, elements from window to window and from element to element of one, and windows.</summary>
    public uint Size, Stride, Dilation, Windows;

    /// <summary>Strides in elements: of the result, from window to window of the source and from element to element of one.</summary>
    public long Y, XWindow, XElement;

    /// <summary>An axis that is not there.</summary>
    public static WindowAxis None => new() { Target = new(1), Size = 1, Stride = 1, Dilation = 1, Windows = 1 };
}

/// <summary>Launches of <c>fold.cu</c>.</summary>
public static class FoldKernels
{
    /// <summary>Axes with windows that the kernel takes at most.</summary>
    public const int MostAxes = 3;

    /// <summary>The family.</summary>
    public static KernelFamily Family { get; } = new("fold", "Windows added up where they overlap; numbers counted up.",
        [.. from type in (string[])["f32", "f16", "bf16", "f64", "i32", "i64", "u8"] select Spec(type)],
        [
            new(Sample.Launch, [new("f32", 4 * 1000 * 3), new("f32", 4 * 1002, SampleFill.Unwritten)], p => [p[0], p[1], .. Sample.Arguments]) { MinimalBytes = ((4 * 1000 * 3) + (4 * 1002)) * 4, MinimalFlops = 4 * 1000 * 3 },
            new(Iota("f32", 4096).Launch, [new("f32", 4096, SampleFill.Unwritten)], p => [p[0], 4096L]) { MinimalBytes = 4096 * 4 },
        ]);

    private static PreparedLaunch Sample => Fold("f32", AxisWalk.Of([4], [3000], [1002]), [new() { Target = new(1002), Size = 3, Stride = 1, Dilation = 1, Windows = 1000, Y = 1, XWindow = 3, XElement = 1 }], 4 * 1002);

    /// <summary>The specialisation for a type.</summary>
    public static KernelSpec Spec(string type) => KernelSpec.Of("fold", $"T={type}");

    /// <summary><c>fold_windows</c>: x, y.</summary>
    /// <param name="type">Element type.</param>
    /// <param name="batch">Axes without windows, with the strides of x and y.</param>
    /// <param name="windows">Axes with windows, the outermost first; at most three.</param>
    /// <param name="count">Elements of y.</param>
    public static PreparedLaunch Fold(string type, AxisWalk batch, IReadOnlyList<WindowAxis> windows, long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(windows.Count, MostAxes);
        var axes = Enumerable.Repeat(WindowAxis.None, MostAxes - windows.Count).Concat(windows).Select(KernelArgument.Of);
        return new(new(Spec(type), "fold_windows", ViewKernels.Blocks(count), ViewKernels.Threads), [KernelArgument.Of(batch.ToKernel()), .. axes, (uint)count]);
    }

    /// <summary><c>iota</c>: y.</summary>
    public static PreparedLaunch Iota(string type, long count) => new(new(Spec(type), "iota", ViewKernels.Blocks(count), ViewKernels.Threads), [count]);
}
