using System.Globalization;
using System.Text;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Formats a device printf as C does.</summary>
internal static unsafe class Printf
{
    public static int Print(Warp w, int lane, ulong format, ulong arguments)
    {
        var launch = w.Block.Launch;
        string? text = launch.ReadText(w, format, lane);
        if (text is null) return -1;
        var output = new StringBuilder();
        int count = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                output.Append(text[at]);
                continue;
            }

            if (at + 1 < text.Length && text[at + 1] == '%')
            {
                output.Append('%');
                at++;
                continue;
            }

            int start = at++;
            string flags = TakeWhile(text, ref at, c => "-+ #0".Contains(c));
            string width = TakeWhile(text, ref at, c => char.IsAsciiDigit(c) || c == '*');
            if (width == "*") width = ((int)Argument(w, lane, ref arguments, 4)).ToString(CultureInfo.InvariantCulture);
            string precision = "";
            bool hasPrecision = at < text.Length && text[at] == '.';
            if (hasPrecision)
            {
                at++;
                precision = TakeWhile(text, ref at, c => char.IsAsciiDigit(c) || c == '*');
                if (precision == "*") precision = ((int)Argument(w, lane, ref arguments, 4)).ToString(CultureInfo.InvariantCulture);
            }

            string length = TakeWhile(text, ref at, c => "hljzt".Contains(c));
            if (at >= text.Length)
            {
                output.Append(text.AsSpan(start));
                break;
            }

            count++;
            bool wide = length is "l" or "ll" or "j" or "z" or "t";
            int places = hasPrecision ? ParseInt(precision, 0) : -1;
            string value = Convert(text[at], w, lane, ref arguments, wide, flags, places);
            int pad = ParseInt(width, 0) - value.Length;
            if (pad > 4096) pad = 4096;
            if (pad > 0)
            {
                bool zero = flags.Contains('0') && !flags.Contains('-') && text[at] is not ('s' or 'c') && !(hasPrecision && text[at] is 'd' or 'i' or 'u');
                int sign = value.Length > 0 && value[0] is '-' or '+' or ' ' ? 1 : 0;
                value = flags.Contains('-') ? value + new string(' ', pad) : zero ? value[..sign] + new string('0', pad) + value[sign..] : new string(' ', pad) + value;
            }

            output.Append(value);
        }

        launch.Print(output.ToString());
        return count;
    }

    private static int ParseInt(string text, int otherwise) => int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value : otherwise;

    private static string TakeWhile(string text, ref int at, Func<char, bool> wanted)
    {
        int start = at;
        while (at < text.Length && wanted(text[at])) at++;
        return text[start..at];
    }

    private static string Convert(char kind, Warp w, int lane, ref ulong arguments, bool wide, string flags, int places)
    {
        switch (kind)
        {
            case 'd' or 'i':
                long signed = wide ? (long)Argument(w, lane, ref arguments, 8) : (int)Argument(w, lane, ref arguments, 4);
                return Sign(signed < 0, flags) + Digits(signed < 0 ? (0 - (ulong)signed).ToString(CultureInfo.InvariantCulture) : signed.ToString(CultureInfo.InvariantCulture), places);
            case 'u':
                return Digits(Argument(w, lane, ref arguments, wide ? 8 : 4).ToString(CultureInfo.InvariantCulture), places);
            case 'x' or 'X':
                ulong hex = Argument(w, lane, ref arguments, wide ? 8 : 4);
                string digits = Digits(hex.ToString(kind == 'x' ? "x" : "X", CultureInfo.InvariantCulture), places);
                return flags.Contains('#') && hex != 0 ? "0" + kind + digits : digits;
            case 'o':
                return Digits(System.Convert.ToString((long)Argument(w, lane, ref arguments, wide ? 8 : 4), 8), places);
            case 'p':
                return "0x" + Argument(w, lane, ref arguments, 8).ToString("x", CultureInfo.InvariantCulture);
            case 'c':
                return ((char)(byte)Argument(w, lane, ref arguments, 4)).ToString();
            case 's':
                string text = w.Block.Launch.ReadText(w, Argument(w, lane, ref arguments, 8), lane) ?? "(invalid pointer)";
                return places >= 0 && places < text.Length ? text[..places] : text;
            case 'f' or 'F' or 'e' or 'E' or 'g' or 'G' or 'a' or 'A':
                return Real(BitConverter.UInt64BitsToDouble(Argument(w, lane, ref arguments, 8)), kind, flags, Math.Min(places, 100));
            default:
                return "%" + kind;
        }
    }

    private static string Sign(bool negative, string flags) => negative ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";

    private static string Digits(string digits, int places) => digits.PadLeft(Math.Min(Math.Max(places, 0), 100), '0');

    private static string Real(double x, char kind, string flags, int places)
    {
        string sign = Sign(double.IsNegative(x) && !double.IsNaN(x), flags);
        x = Math.Abs(x);
        if (!double.IsFinite(x)) return sign + (char.IsUpper(kind) ? double.IsNaN(x) ? "NAN" : "INF" : double.IsNaN(x) ? "nan" : "inf");
        if (places < 0) places = 6;
        switch (char.ToLowerInvariant(kind))
        {
            case 'f':
                return sign + x.ToString("F" + places, CultureInfo.InvariantCulture);
            case 'e':
                return sign + Exponent(x, kind, places);
            default:
                if (places == 0) places = 1;
                string scientific = x.ToString("E" + (places - 1), CultureInfo.InvariantCulture);
                int exponent = x == 0 ? 0 : int.Parse(scientific.AsSpan(scientific.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                string text = exponent < -4 || exponent >= places
                    ? Exponent(x, char.IsUpper(kind) ? 'E' : 'e', places - 1)
                    : x.ToString("F" + (places - 1 - exponent), CultureInfo.InvariantCulture);
                return sign + (flags.Contains('#') ? text : Trim(text));
        }
    }

    private static string Exponent(double x, char kind, int places) =>
        x.ToString("0" + (places > 0 ? "." + new string('0', places) : "") + (char.IsUpper(kind) ? "E+00" : "e+00"), CultureInfo.InvariantCulture);

    private static string Trim(string text)
    {
        int e = text.AsSpan().IndexOfAny('e', 'E');
        string tail = e < 0 ? "" : text[e..], head = e < 0 ? text : text[..e];
        return (head.Contains('.') ? head.TrimEnd('0').TrimEnd('.') : head) + tail;
    }

    /// <summary>The next argument of the buffer, aligned to its size as the compiler laid it out.</summary>
    private static ulong Argument(Warp w, int lane, ref ulong arguments, int bytes)
    {
        arguments = (arguments + (ulong)bytes - 1) & ~((ulong)bytes - 1);
        byte* at = w.Block.Launch.Locate(w, arguments, lane, bytes);
        arguments += (ulong)bytes;
        return at is null ? 0 : bytes == 8 ? *(ulong*)at : *(uint*)at;
    }
}
