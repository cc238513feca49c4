namespace CudaNet.VirtualGpu.Ptx;

internal enum TokenKind
{
    End,
    Name,
    Dot,
    Integer,
    Single,
    Double,
    Text,
    Symbol,
}

/// <summary>One token. For numbers <see cref="Bits"/> holds the value: an integer, or the bits of a float.</summary>
internal readonly record struct PtxToken(TokenKind Kind, string Text, ulong Bits, int Line, int Start, int End);
