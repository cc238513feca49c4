namespace CudaNet.Cuda.Execution;

/// <summary>Who computes what both a kernel of ours and a library of NVIDIA can.</summary>
public enum LibraryChoice
{
    /// <summary>Whoever is faster for the shape, measured once.</summary>
    Fastest,

    /// <summary>Our kernels.</summary>
    Own,

    /// <summary>The library.</summary>
    Library,
}
