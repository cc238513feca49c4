namespace CudaNet.Cuda.Nvrtc;

/// <summary>The compiler itself.</summary>
public static unsafe class NvrtcCompiler
{
    /// <summary>Its version, which is that of its CUDA toolkit.</summary>
    /// <exception cref="CudaLibraryException">It is not installed.</exception>
    public static Version Version
    {
        get
        {
            int major, minor;
            NvrtcApi.nvrtcVersion(&major, &minor).Check();
            return new(major, minor);
        }
    }

    /// <summary>The numbers that it takes after compute_ and sm_: 80, 90.</summary>
    public static IReadOnlyList<int> SupportedArchitectures
    {
        get
        {
            int count;
            NvrtcApi.nvrtcGetNumSupportedArchs(&count).Check();
            var architectures = new int[count];
            fixed (int* pointer = architectures) NvrtcApi.nvrtcGetSupportedArchs(pointer).Check();
            return architectures;
        }
    }

    /// <summary>True if it can be used; raises nothing.</summary>
    public static bool IsAvailable => Loading.CudaLibraries.Nvrtc.TryLoad().Handle != 0 && NvrtcBuiltins.Found;
}
