using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>A queue of work that is done in order. Where a method takes a stream, null is the default one.</summary>
public sealed unsafe class CudaStream : IDisposable
{
    private readonly StreamHandle _handle;

    /// <summary>Makes one in the current context.</summary>
    /// <param name="flags">Beside the default stream, or in step with it.</param>
    /// <param name="priority">0, or a lower number for a higher priority.</param>
    public CudaStream(CudaStreamFlags flags = CudaStreamFlags.NonBlocking, int priority = 0) => _handle = new(flags, priority);

    /// <summary>The number by which the driver calls it.</summary>
    public CudaStreamHandle Handle
    {
        get
        {
            using var stream = _handle.Use();
            return new(stream);
        }
    }

    /// <summary>Its priority.</summary>
    public int Priority
    {
        get
        {
            using var stream = _handle.Use();
            int priority;
            DriverApi.cuStreamGetPriority(stream, &priority).Check();
            return priority;
        }
    }

    /// <summary>Its kind.</summary>
    public CudaStreamFlags Flags
    {
        get
        {
            using var stream = _handle.Use();
            CudaStreamFlags flags;
            DriverApi.cuStreamGetFlags(stream, &flags).Check();
            return flags;
        }
    }

    /// <summary>Whether its work is recorded.</summary>
    public CudaStreamCaptureStatus CaptureStatus
    {
        get
        {
            using var stream = _handle.Use();
            CudaStreamCaptureStatus status;
            DriverApi.cuStreamIsCapturing(stream, &status).Check();
            return status;
        }
    }

    /// <summary>Waits for its work.</summary>
    public void Synchronize()
    {
        using var stream = _handle.Use();
        DriverApi.cuStreamSynchronize(stream).Check();
    }

    /// <summary>True if its work is done.</summary>
    public bool Query()
    {
        using var stream = _handle.Use();
        var status = DriverApi.cuStreamQuery(stream);
        if (status == CudaStatus.NotReady) return false;
        status.Check(call: nameof(DriverApi.cuStreamQuery));
        return true;
    }

    /// <summary>Later work waits for the event.</summary>
    public void WaitEvent(CudaEvent awaited)
    {
        using var stream = _handle.Use();
        using var other = awaited.Use();
        DriverApi.cuStreamWaitEvent(stream, other, 0).Check();
    }

    /// <summary>Calls a function once the work so far is done. It may not call CUDA; what it raises ends the process.</summary>
    public void LaunchHostFunction(Action function)
    {
        ArgumentNullException.ThrowIfNull(function);
        using var stream = _handle.Use();
        var state = GCHandle.Alloc(function);
        var status = DriverApi.cuLaunchHostFunc(stream, &HostFunction, GCHandle.ToIntPtr(state));
        if (status != CudaStatus.Success) state.Free();
        status.Check(call: nameof(DriverApi.cuLaunchHostFunc));
    }

    /// <summary>Calls a function once the work so far is done or has failed, and tells it which. It may not call CUDA.</summary>
    public void AddCallback(Action<CudaStatus> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        using var stream = _handle.Use();
        var state = GCHandle.Alloc(callback);
        var status = DriverApi.cuStreamAddCallback(stream, &Callback, GCHandle.ToIntPtr(state), 0);
        if (status != CudaStatus.Success) state.Free();
        status.Check(call: nameof(DriverApi.cuStreamAddCallback));
    }

    /// <summary>Records work from now on instead of doing it.</summary>
    public void BeginCapture(CudaStreamCaptureMode mode = CudaStreamCaptureMode.ThreadLocal)
    {
        using var stream = _handle.Use();
        DriverApi.cuStreamBeginCapture_v2(stream, mode).Check();
    }

    /// <summary>Ends the recording.</summary>
    public CudaGraph EndCapture()
    {
        using var stream = _handle.Use();
        nint graph;
        DriverApi.cuStreamEndCapture(stream, &graph).Check();
        return new(graph);
    }

    /// <summary>Records what an action enqueues.</summary>
    public CudaGraph Capture(Action enqueue, CudaStreamCaptureMode mode = CudaStreamCaptureMode.ThreadLocal)
    {
        BeginCapture(mode);
        try
        {
            enqueue();
        }
        catch (Exception error)
        {
            // The recording has to be ended, or the stream stays unusable; the first error is the one to tell.
            var first = ExceptionDispatchInfo.Capture(error);
            try
            {
                EndCapture().Dispose();
            }
            catch (CudaException)
            {
            }
            first.Throw();
        }
        return EndCapture();
    }

    /// <summary>Ends it; the work in it is still done.</summary>
    public void Dispose() => _handle.Dispose();

    internal static NativeHandle.Lease Use(CudaStream? stream) => stream is null ? default : stream._handle.Use();

    [UnmanagedCallersOnly]
    private static void HostFunction(nint state)
    {
        var handle = GCHandle.FromIntPtr(state);
        var function = (Action)handle.Target!;
        handle.Free();
        function();
    }

    [UnmanagedCallersOnly]
    private static void Callback(nint stream, CudaStatus status, nint state)
    {
        var handle = GCHandle.FromIntPtr(state);
        var callback = (Action<CudaStatus>)handle.Target!;
        handle.Free();
        callback(status);
    }

    private sealed class StreamHandle : DriverHandle
    {
        public StreamHandle(CudaStreamFlags flags, int priority)
        {
            CudaDriver.Initialize();
            nint stream;
            DriverApi.cuStreamCreateWithPriority(&stream, flags, priority).Check();
            OwnInCurrentContext(stream);
        }

        protected override CudaStatus Destroy(nint handle) => DriverApi.cuStreamDestroy_v2(handle);
    }
}
