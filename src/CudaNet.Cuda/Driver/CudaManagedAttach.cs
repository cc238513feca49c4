namespace CudaNet.Cuda.Driver;

/// <summary>Who may use managed memory (CUmemAttach_flags).</summary>
public enum CudaManagedAttach
{
    /// <summary>Every stream of every device.</summary>
    Global = 1,

    /// <summary>Nothing on a device yet.</summary>
    Host = 2,

    /// <summary>One stream only.</summary>
    Single = 4,
}
