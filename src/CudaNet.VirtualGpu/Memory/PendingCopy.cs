using System.Runtime.Intrinsics;

namespace CudaNet.VirtualGpu.Memory;

/// <summary>A cp.async on its way: read, but not yet visible in shared memory.</summary>
internal struct PendingCopy
{
    public Vector128<byte> Data;
    public int Target;
    public int Bytes;
    public int Lane;
    public int Group;
    public int Pc;
}
