using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;
using CudaNet.Execution;
using CudaNet.Graphs;

namespace CudaNet.Cuda.Execution;

/// <summary>A step without a kernel on the device (decompositions of matrices, for one): its operands are copied to the host,
/// the CPU backend computes it, and the result is copied back. Correct everywhere, and slow: <c>cudanet verify</c> tells which ops
/// it is used for.</summary>
internal sealed unsafe class HostStep : CudaStep
{
    private readonly IBackend _host = Backends.Get(Device.Cpu);
    private readonly IStepKernel _kernel;
    private readonly IStepKernel?[] _copies;
    private readonly ByteRange[] _extents;

    public HostStep(CudaBackend backend, Step step) : base(backend, step)
    {
        _copies = new IStepKernel?[step.Inputs.Count];
        _extents = [.. step.Inputs.Concat(step.Outputs).Select(ByteRange.Of)];
        var inputs = step.Inputs.ToArray();
        for (var k = 0; k < inputs.Length; k++)
        {
            if (_host.Accepts(step.Op, k, inputs[k].Layout)) continue;
            var dense = inputs[k] with { Layout = Layout.Contiguous(inputs[k].Shape) };
            _copies[k] = _host.Compile(new(new Contiguous(), [inputs[k]], [dense]) { Name = nameof(Contiguous) });
            inputs[k] = dense;
        }
        _kernel = _host.Compile(new(step.Op, inputs, step.Outputs) { Name = step.Name });
    }

    /// <inheritdoc/>
    public override bool IsRecordable => false;

    /// <inheritdoc/>
    public override void Enqueue(in StepAddresses addresses, CudaStreamHandle stream)
    {
        var blocks = new List<nint>();
        nint Block(long bytes)
        {
            blocks.Add((nint)NativeMemory.AlignedAlloc((nuint)Math.Max(64, bytes), 64));
            return blocks[^1];
        }

        try
        {
            var pointers = new nint[_extents.Length];
            for (var k = 0; k < pointers.Length; k++)
            {
                var (first, bytes) = _extents[k];
                var block = Block(bytes);
                pointers[k] = block - (nint)first;
                if (k >= _copies.Length) continue;
                // A block of more than 2 GiB goes in parts.
                for (long at = 0; at < bytes; at += 1 << 30)
                    Backend.CopyToHost(addresses.Operands[k] + (nint)(first + at), new Span<byte>((void*)(block + (nint)at), (int)Math.Min(bytes - at, 1 << 30)));
                if (_copies[k] is not { } copy) continue;
                var dense = Block(Step.Inputs[k].Shape.ElementCount * Step.Inputs[k].DType.Size());
                copy.Run([pointers[k], dense]);
                pointers[k] = dense;
            }
            _kernel.Run(pointers);
            for (var k = _copies.Length; k < pointers.Length; k++)
                for (long at = 0; at < _extents[k].Bytes; at += 1 << 30)
                    Backend.CopyToDevice(new ReadOnlySpan<byte>((void*)(pointers[k] + (nint)at), (int)Math.Min(_extents[k].Bytes - at, 1 << 30)), addresses.Operands[k] + (nint)at);
        }
        finally
        {
            foreach (var block in blocks) NativeMemory.AlignedFree((void*)block);
        }
    }
}
