using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Brings arguments into the form of a launch.</summary>
internal static unsafe class KernelLauncher
{
    private const int OnStack = 4096;

    public static void Launch(string kernel, nint function, in CudaLaunch launch, nint stream, ReadOnlySpan<KernelArgument> arguments)
    {
        var total = 0;
        foreach (ref readonly var argument in arguments) total += Padded(argument.Size);
        // The arguments are copied by the call, so that they may live on the stack.
        var heap = total > OnStack ? (byte*)NativeMemory.Alloc((nuint)total) : null;
        try
        {
            var stack = stackalloc byte[heap is null ? total : 0];
            var pointers = stackalloc void*[Math.Max(1, arguments.Length)];
            var next = heap is null ? stack : heap;
            for (var i = 0; i < arguments.Length; i++)
            {
                arguments[i].Bytes.CopyTo(new Span<byte>(next, arguments[i].Size));
                pointers[i] = next;
                next += Padded(arguments[i].Size);
            }
            var status = Launch(function, launch, stream, pointers, out var call);
            if (status != CudaStatus.Success)
                status.Check($"Kernel '{kernel}', grid {launch.Grid}, block {launch.Block}, {launch.SharedBytes} bytes of shared memory.", call);
        }
        finally
        {
            NativeMemory.Free(heap);
        }
    }

    private static CudaStatus Launch(nint function, in CudaLaunch launch, nint stream, void** pointers, out string call)
    {
        var (grid, block) = (launch.Grid, launch.Block);
        if (launch.Cluster.Count == 0 && !launch.ProgrammaticSerialization)
        {
            call = launch.Cooperative ? nameof(DriverApi.cuLaunchCooperativeKernel) : nameof(DriverApi.cuLaunchKernel);
            return launch.Cooperative
                ? DriverApi.cuLaunchCooperativeKernel(function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)block.X, (uint)block.Y, (uint)block.Z, (uint)launch.SharedBytes, stream, pointers)
                : DriverApi.cuLaunchKernel(function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)block.X, (uint)block.Y, (uint)block.Z, (uint)launch.SharedBytes, stream, pointers, null);
        }
        call = nameof(DriverApi.cuLaunchKernelEx);
        CudaLibraries.Driver.Demand(call, DriverApi.LaunchExSince);
        var attributes = stackalloc LaunchAttribute[3];
        var configuration = Configure(launch, stream, attributes);
        return DriverApi.cuLaunchKernelEx(&configuration, function, pointers, null);
    }

    /// <param name="launch">The launch.</param>
    /// <param name="stream">Its stream.</param>
    /// <param name="attributes">Room for three.</param>
    public static LaunchConfiguration Configure(in CudaLaunch launch, nint stream, LaunchAttribute* attributes)
    {
        var count = 0u;
        if (launch.Cluster is { Count: > 0 } cluster)
            attributes[count++] = new() { Id = LaunchAttribute.ClusterDimension, ClusterX = (uint)cluster.X, ClusterY = (uint)cluster.Y, ClusterZ = (uint)cluster.Z };
        if (launch.Cooperative) attributes[count++] = new() { Id = LaunchAttribute.Cooperative, Value = 1 };
        if (launch.ProgrammaticSerialization) attributes[count++] = new() { Id = LaunchAttribute.ProgrammaticStreamSerialization, Value = 1 };
        return new()
        {
            GridX = (uint)launch.Grid.X,
            GridY = (uint)launch.Grid.Y,
            GridZ = (uint)launch.Grid.Z,
            BlockX = (uint)launch.Block.X,
            BlockY = (uint)launch.Block.Y,
            BlockZ = (uint)launch.Block.Z,
            SharedBytes = (uint)launch.SharedBytes,
            Stream = stream,
            Attributes = attributes,
            AttributeCount = count,
        };
    }

    private static int Padded(int size) => (size + 15) & ~15;
}
