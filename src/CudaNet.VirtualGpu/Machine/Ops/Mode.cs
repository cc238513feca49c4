namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Bits of <see cref="Insn.Mode"/> for arithmetic: rounding and the other modifiers.</summary>
internal static class Mode
{
    public const int Nearest = 0;
    public const int Zero = 1;
    public const int Down = 2;
    public const int Up = 3;
    public const int NearestAway = 4;
    public const int Rounding = 7;
    public const int Ftz = 8;
    public const int Saturate = 16;
    public const int Relu = 32;
    public const int NaN = 64;
    public const int Brain = 128;
    public const int Absolute = 256;
    public const int XorSign = 512;
    public const int ToInteger = 1024;
    public const int SaturateFinite = 2048;
}
