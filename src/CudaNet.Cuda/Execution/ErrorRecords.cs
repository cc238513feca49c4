using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using CudaNet.Cuda.Driver;

namespace CudaNet.Cuda.Execution;

/// <summary>Errors that only a kernel can see: an index out of range. Kernels leave such an access out and write the first
/// one into a record on the device (see <c>report</c> in common.cuh); here it becomes an exception.</summary>
internal sealed unsafe class ErrorRecords
{
    private readonly ICudaDriver _driver;
    private readonly ConcurrentDictionary<ulong, (WeakReference Owner, Func<long, long, Exception> Make)> _makers = new();
    private readonly CudaDevicePointer _record;
    private readonly nint _host;
    private long _last;

    public ErrorRecords(ICudaDriver driver, CudaStreamHandle stream)
    {
        _driver = driver;
        _record = driver.TryAllocate(sizeof(Record));
        _host = driver.AllocateHost(sizeof(Record));
        driver.FillAsync(_record, (byte)0, sizeof(Record), stream);
    }

    /// <summary>Address of the record.</summary>
    public nint Address => _record.Value;

    /// <summary>A token for a kernel to report by, valid as long as its owner lives.</summary>
    /// <param name="owner">The step.</param>
    /// <param name="make">Makes the exception from the two numbers that were reported; must not hold the owner.</param>
    public ulong Register(object owner, Func<long, long, Exception> make)
    {
        var token = (ulong)Interlocked.Increment(ref _last);
        _makers[token] = (new(owner), make);
        if (token % 1024 == 0)
            foreach (var (old, maker) in _makers)
                if (!maker.Owner.IsAlive) _makers.TryRemove(old, out _);
        return token;
    }

    /// <summary>Waits for the stream and raises what was reported.</summary>
    public void Check(CudaStreamHandle stream)
    {
        _driver.CopyToHostAsync(_host, _record, sizeof(Record), stream);
        _driver.Synchronize(stream);
        var record = *(Record*)_host;
        if (record.Token == 0) return;
        _driver.FillAsync(_record, (byte)0, sizeof(Record), stream);
        throw _makers.TryGetValue(record.Token, out var maker) ? maker.Make(record.Value, record.Detail)
            : new IndexValueException($"A kernel found {record.Value} out of range.");
    }

    public void Dispose()
    {
        _driver.Free(_record);
        _driver.FreeHost(_host);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Record
    {
        public ulong Token;
        public long Value, Detail;
    }
}
