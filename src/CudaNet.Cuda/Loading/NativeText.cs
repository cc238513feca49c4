using System.Runtime.InteropServices;
using System.Text;

namespace CudaNet.Cuda.Loading;

/// <summary>Text that goes to C and comes from it.</summary>
internal static unsafe class NativeText
{
    /// <summary>UTF-8 with a closing zero.</summary>
    public static byte[] ToBytes(string text)
    {
        if (text.Contains('\0')) throw new ArgumentException("A text for a native call may not hold a zero character.", nameof(text));
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    /// <summary>A text that a library owns; null for a null pointer.</summary>
    public static string? From(byte* text) => text is null ? null : Marshal.PtrToStringUTF8((nint)text);

    /// <summary>What stands in a buffer before its first zero.</summary>
    public static string From(ReadOnlySpan<byte> buffer)
    {
        var end = buffer.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? buffer : buffer[..end]);
    }
}
