using System.Runtime.InteropServices;

namespace CudaNet.Bench.Suites;

/// <summary>OpenBLAS where it is installed (Debian: libopenblas0-pthread).</summary>
internal static unsafe class OpenBlas
{
    private const int RowMajor = 101, Plain = 111, Transposed = 112;

    private static readonly nint Library = Load();

    /// <summary>Its own description of itself; null where it is not installed.</summary>
    internal static string? Version => Library == 0
        ? null
        : Marshal.PtrToStringAnsi((nint)((delegate* unmanaged<byte*>)NativeLibrary.GetExport(Library, "openblas_get_config"))())?.Replace("OpenBLAS ", "", StringComparison.Ordinal).Split(' ')[0];

    /// <summary>A product C = A·B of row-major matrices; null where OpenBLAS is not installed.</summary>
    internal static Action? Product(int m, int n, int k, bool transposeLeft, bool transposeRight, float* a, float* b, float* c)
    {
        if (Library == 0)
            return null;
        ((delegate* unmanaged<int, void>)NativeLibrary.GetExport(Library, "openblas_set_num_threads"))(PeerThreads.Count);
        var multiply = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)NativeLibrary.GetExport(Library, "cblas_sgemm");
        return () => multiply(RowMajor, transposeLeft ? Transposed : Plain, transposeRight ? Transposed : Plain, m, n, k, 1, a, transposeLeft ? m : k, b, transposeRight ? k : n, 0, c, n);
    }

    private static nint Load()
    {
        foreach (var name in new[] { "libopenblas.so.0", "libopenblas.so", "libopenblas" })
            if (NativeLibrary.TryLoad(name, out var library))
                return library;
        return 0;
    }
}
