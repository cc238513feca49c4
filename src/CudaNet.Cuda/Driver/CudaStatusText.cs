using System.Text;
using CudaNet.Cuda.Driver.Native;
using CudaNet.Cuda.Loading;

namespace CudaNet.Cuda.Driver;

/// <summary>Names, meanings and advice for statuses. It needs no driver, so that a virtual device can use it too.</summary>
public static unsafe class CudaStatusText
{
    /// <summary>The status in NVIDIA's spelling: CUDA_ERROR_INVALID_VALUE.</summary>
    public static string NameOf(CudaStatus status)
    {
        if (status == CudaStatus.Success) return "CUDA_SUCCESS";
        if (!Enum.IsDefined(status)) return FromDriver(status, name: true) ?? "CUDA_ERROR";
        var name = new StringBuilder("CUDA_ERROR");
        foreach (var letter in status.ToString())
        {
            if (char.IsUpper(letter)) name.Append('_');
            name.Append(char.ToUpperInvariant(letter));
        }
        return name.ToString();
    }

    /// <summary>What it means: in the driver's words where it is here, else in words made from its name.</summary>
    public static string TextOf(CudaStatus status)
    {
        if (FromDriver(status, name: false) is { } text) return text;
        var words = new StringBuilder();
        foreach (var letter in status.ToString())
        {
            if (char.IsUpper(letter) && words.Length > 0) words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }
        return words.ToString();
    }

    /// <summary>True if the context cannot be used any more after it.</summary>
    public static bool IsSticky(CudaStatus status) => status is CudaStatus.EccUncorrectable or CudaStatus.NvlinkUncorrectable or CudaStatus.Contained
        or CudaStatus.IllegalAddress or CudaStatus.LaunchTimeout or CudaStatus.Assert or CudaStatus.HardwareStackError or CudaStatus.IllegalInstruction
        or CudaStatus.MisalignedAddress or CudaStatus.InvalidAddressSpace or CudaStatus.InvalidPc or CudaStatus.LaunchFailed
        or CudaStatus.ContextIsDestroyed or CudaStatus.TensorMemoryLeak or CudaStatus.ExternalDevice;

    /// <summary>What to do; null where the text says enough.</summary>
    public static string? AdviceFor(CudaStatus status) => status switch
    {
        CudaStatus.OutOfMemory => "Use smaller sizes, or let go of memory that is no longer needed.",
        CudaStatus.NotInitialized => "Make a context first, and none after the process has begun to end.",
        CudaStatus.StubLibrary => "The library that was loaded is the one to link with, not a driver: take the folder 'stubs' out of the search path.",
        CudaStatus.CallRequiresNewerDriver => "Update the driver.",
        CudaStatus.NoDevice => "There is no GPU that this process may use: look at nvidia-smi and at CUDA_VISIBLE_DEVICES.",
        CudaStatus.InvalidDevice => "Number the devices from 0.",
        CudaStatus.InvalidContext => "Make a context, or make it current on this thread.",
        CudaStatus.InvalidPtx => "The log below tells the line of the PTX.",
        CudaStatus.NoBinaryForGpu => "Compile for this device's compute capability, or ship PTX of a lower one.",
        CudaStatus.UnsupportedPtxVersion => "The compiler that made the PTX is newer than the driver: update the driver, or compile with an older NVRTC.",
        CudaStatus.JitCompilerNotFound => "Install the driver's PTX compiler (Debian: libnvidia-ptxjitcompiler1).",
        CudaStatus.NotFound => "Look for the name in the PTX: names of C++ are mangled unless declared extern \"C\".",
        CudaStatus.LaunchOutOfResources => "The kernel needs more registers or shared memory than a block of that size may have: use smaller blocks.",
        CudaStatus.LaunchTimeout => "The system stops kernels that run for seconds where the GPU also draws the screen: split the work.",
        CudaStatus.IllegalAddress or CudaStatus.MisalignedAddress or CudaStatus.IllegalInstruction or CudaStatus.LaunchFailed or CudaStatus.Assert
            or CudaStatus.HardwareStackError or CudaStatus.InvalidAddressSpace or CudaStatus.InvalidPc =>
            "A kernel that ran before is to blame. This context is lost; dispose it and make another. Synchronise after each launch to find the kernel.",
        CudaStatus.EccUncorrectable or CudaStatus.NvlinkUncorrectable or CudaStatus.Contained => "The hardware reported an error. Restart the process; if it comes again, look at nvidia-smi.",
        CudaStatus.CooperativeLaunchTooLarge => "All blocks of a cooperative launch have to run at once: use fewer.",
        CudaStatus.SystemDriverMismatch => "The driver's library and the kernel module are of different versions: restart the machine after an update.",
        CudaStatus.SystemNotReady => "Start the services of the machine's GPUs, such as the fabric manager.",
        CudaStatus.CompatNotSupportedOnDevice => "This card cannot run with a newer CUDA library than its driver: update the driver.",
        CudaStatus.StreamCaptureUnsupported or CudaStatus.StreamCaptureImplicit => "This call is not allowed while a stream is captured.",
        CudaStatus.InvalidClusterSize => "Use fewer blocks in a cluster; 8 always work where clusters do.",
        _ => null,
    };

    private static string? FromDriver(CudaStatus status, bool name)
    {
        if (CudaLibraries.Driver.TryLoad().Handle == 0) return null;
        byte* text = null;
        var found = name ? DriverApi.cuGetErrorName(status, &text) : DriverApi.cuGetErrorString(status, &text);
        return found == CudaStatus.Success ? NativeText.From(text) : null;
    }
}
