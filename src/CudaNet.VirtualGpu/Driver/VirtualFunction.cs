using CudaNet.VirtualGpu.Machine;

namespace CudaNet.VirtualGpu;

/// <summary>A kernel of a loaded module.</summary>
public sealed class VirtualFunction
{
    internal VirtualFunction(VirtualModule module, KernelProgram program)
    {
        Module = module;
        Program = program;
        Parameters = [.. program.Source.Parameters.Select((parameter, index) =>
            new KernelParameter(parameter.Name, Ptx.PtxTypes.Name(parameter.Type), (int)parameter.Bytes, program.ParameterOffsets[index]))];
    }

    /// <summary>The module that it belongs to.</summary>
    public VirtualModule Module { get; }

    /// <summary>Its name.</summary>
    public string Name => Program.Name;

    /// <summary>Its signature.</summary>
    public IReadOnlyList<KernelParameter> Parameters { get; }

    /// <summary>Bytes of all parameters, packed.</summary>
    public int ParameterBytes => Program.ParameterBytes;

    /// <summary>Static shared memory of a block.</summary>
    public int StaticSharedBytes => Program.StaticShared;

    /// <summary>Local memory of a thread.</summary>
    public int LocalBytes => Program.LocalBytes;

    /// <summary>
    /// Registers of a thread. PTX has as many as it likes, so this is an estimate: the most values alive at once, and a few
    /// for addresses. An upper limit in the text (<c>.maxnreg</c>) counts.
    /// </summary>
    public int RegisterEstimate => Program.Source.MaxRegisters > 0 ? Math.Min(Program.RegisterEstimate, Program.Source.MaxRegisters) : Program.RegisterEstimate;

    /// <summary>Whether the kernel states how many threads a block has at most (<c>__launch_bounds__</c>); a compiler then keeps its
    /// registers within what such a block has.</summary>
    public bool StatesMaxThreads => (Program.Source.RequiredThreads ?? Program.Source.MaxThreads) is not null;

    /// <summary>Most threads of a block: 1024, or what the kernel states as its bound.</summary>
    public int MaxThreadsPerBlock
    {
        get
        {
            int[]? bound = Program.Source.RequiredThreads ?? Program.Source.MaxThreads;
            return bound is null ? 1024 : (int)Math.Clamp((long)bound[0] * bound[1] * bound[2], 0, 1024);
        }
    }

    /// <summary>Number of decoded instructions, device functions included.</summary>
    public int InstructionCount => Program.Info.Length;

    internal KernelProgram Program { get; }

    /// <summary>Warps that fit on a multiprocessor.</summary>
    /// <param name="card">The card.</param>
    /// <param name="threadsPerBlock">Threads of a block.</param>
    /// <param name="dynamicSharedBytes">Dynamic shared memory of a block.</param>
    public Occupancy Occupancy(GpuCard card, int threadsPerBlock, int dynamicSharedBytes = 0) =>
        VirtualGpu.Occupancy.Of(card, threadsPerBlock, RegisterEstimate, StaticSharedBytes + dynamicSharedBytes);
}
