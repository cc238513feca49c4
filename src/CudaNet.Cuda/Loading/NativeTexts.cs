using System.Runtime.InteropServices;

namespace CudaNet.Cuda.Loading;

/// <summary>An array of C strings for the time of a call; a null pointer where there are none.</summary>
internal sealed unsafe class NativeTexts : IDisposable
{
    private readonly byte** _pointers;

    public NativeTexts(IEnumerable<string> texts)
    {
        var bytes = texts.Select(NativeText.ToBytes).ToArray();
        if (bytes.Length == 0) return;
        _pointers = (byte**)NativeMemory.AllocZeroed((nuint)bytes.Length, (nuint)sizeof(byte*));
        Count = bytes.Length;
        for (var i = 0; i < bytes.Length; i++)
        {
            _pointers[i] = (byte*)NativeMemory.Alloc((nuint)bytes[i].Length);
            bytes[i].CopyTo(new Span<byte>(_pointers[i], bytes[i].Length));
        }
    }

    public int Count { get; private init; }

    public byte** Pointers => _pointers;

    public void Dispose()
    {
        for (var i = 0; i < Count; i++) NativeMemory.Free(_pointers[i]);
        NativeMemory.Free(_pointers);
    }
}
