namespace CudaNet.VirtualGpu.Ptx;

/// <summary>A state space of PTX. Param is a kernel's parameter bank, CallParam the parameters of a device function call.</summary>
internal enum Space
{
    Generic,
    Global,
    Shared,
    Local,
    Const,
    Param,
    CallParam,
    Register,
}
