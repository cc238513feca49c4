using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Execution;

/// <summary>Copies between ordinary host memory and the device by way of two pinned blocks: while one is on its way, the
/// other is filled or emptied.</summary>
internal sealed unsafe class Staging(ICudaDriver driver) : IDisposable
{
    private const int BlockBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly nint[] _blocks = [driver.AllocateHost(BlockBytes), driver.AllocateHost(BlockBytes)];
    private readonly CudaEventHandle[] _done = [driver.CreateEvent(), driver.CreateEvent()];
    private readonly bool[] _busy = new bool[2];
    private int _next;

    /// <summary>Copies to the device; on return the source may change, and the copy is ordered in the stream.</summary>
    public void ToDevice(CudaDevicePointer target, ReadOnlySpan<byte> source, CudaStreamHandle stream)
    {
        lock (_gate)
            while (source.Length > 0)
            {
                var part = source[..Math.Min(source.Length, BlockBytes)];
                var block = Take();
                part.CopyTo(new Span<byte>((void*)_blocks[block], part.Length));
                driver.CopyToDeviceAsync(target, _blocks[block], part.Length, stream);
                Mark(block, stream);
                source = source[part.Length..];
                target += part.Length;
            }
    }

    /// <summary>Copies to the host, after all work of the stream before.</summary>
    public void ToHost(Span<byte> target, CudaDevicePointer source, CudaStreamHandle stream)
    {
        lock (_gate)
        {
            var (pendingBlock, pendingAt, pendingLength) = (-1, 0, 0);
            for (var at = 0; at < target.Length; at += BlockBytes)
            {
                var length = Math.Min(target.Length - at, BlockBytes);
                var block = Take();
                driver.CopyToHostAsync(_blocks[block], source + at, length, stream);
                Mark(block, stream);
                Empty(target, pendingBlock, pendingAt, pendingLength);
                (pendingBlock, pendingAt, pendingLength) = (block, at, length);
            }
            Empty(target, pendingBlock, pendingAt, pendingLength);
        }
    }

    public void Dispose()
    {
        for (var k = 0; k < _blocks.Length; k++)
        {
            driver.FreeHost(_blocks[k]);
            driver.DestroyEvent(_done[k]);
        }
    }

    private void Empty(Span<byte> target, int block, int at, int length)
    {
        if (block < 0) return;
        driver.Synchronize(_done[block]);
        _busy[block] = false;
        new ReadOnlySpan<byte>((void*)_blocks[block], length).CopyTo(target[at..]);
    }

    private int Take()
    {
        var block = _next;
        _next ^= 1;
        if (_busy[block]) driver.Synchronize(_done[block]);
        return block;
    }

    private void Mark(int block, CudaStreamHandle stream)
    {
        driver.Record(_done[block], stream);
        _busy[block] = true;
    }
}
