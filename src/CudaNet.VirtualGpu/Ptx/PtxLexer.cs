using System.Globalization;

namespace CudaNet.VirtualGpu.Ptx;

/// <summary>Cuts a PTX text into tokens. A modifier with its dot, such as <c>.shared::cta</c>, is one token.</summary>
internal sealed class PtxLexer(string source)
{
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _names =
        new Dictionary<string, string>().GetAlternateLookup<ReadOnlySpan<char>>();

    private int _at;
    private int _line = 1;

    public List<PtxToken> Tokens()
    {
        var tokens = new List<PtxToken>(source.Length / 4);
        while (true)
        {
            var token = Next();
            tokens.Add(token);
            if (token.Kind == TokenKind.End) return tokens;
        }
    }

    private char Peek(int ahead = 0) => _at + ahead < source.Length ? source[_at + ahead] : '\0';

    private static bool StartsName(char c) => char.IsAsciiLetter(c) || c is '_' or '$' or '%';

    private static uint HexDigit(char c) => (uint)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);

    private static bool InName(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

    private PtxToken Next()
    {
        SkipSpace();
        int start = _at;
        if (_at >= source.Length) return new PtxToken(TokenKind.End, "end of text", 0, _line, start, start);
        char c = source[_at];
        if (StartsName(c))
        {
            _at++;
            while (InName(Peek())) _at++;
            return Make(TokenKind.Name, start, start);
        }

        if (c == '.' && (char.IsAsciiLetterOrDigit(Peek(1)) || Peek(1) == '_'))
        {
            _at++;
            while (InName(Peek()) || (Peek() == ':' && Peek(1) == ':' && InName(Peek(2)))) _at += Peek() == ':' ? 2 : 1;
            return Make(TokenKind.Dot, start, start + 1);
        }

        if (char.IsAsciiDigit(c)) return Number(start);
        if (c == '"')
        {
            do _at++;
            while (_at < source.Length && source[_at] is not '"' and not '\n');
            if (Peek() != '"') throw Error("the string is not closed", start);
            _at++;
            return new PtxToken(TokenKind.Text, source[(start + 1)..(_at - 1)], 0, _line, start, _at);
        }

        if (!"{}[]()<>,;:=+-!|@~*/?&^".Contains(c)) throw Error($"the character U+{(int)c:X4} has no meaning here", start);
        _at++;
        return Make(TokenKind.Symbol, start, start);
    }

    private PtxToken Make(TokenKind kind, int start, int textStart)
    {
        // Names repeat hundreds of times in a text: one string for each.
        var span = source.AsSpan(textStart, _at - textStart);
        if (!_names.TryGetValue(span, out var text))
        {
            text = span.ToString();
            _names.Dictionary[text] = text;
        }

        return new PtxToken(kind, text, 0, _line, start, _at);
    }

    private PtxToken Number(int start)
    {
        if (source[_at] == '0' && Peek(1) is 'f' or 'F') return Bits(start, TokenKind.Single, 8);
        if (source[_at] == '0' && Peek(1) is 'd' or 'D') return Bits(start, TokenKind.Double, 16);
        if (source[_at] == '0' && Peek(1) is 'x' or 'X') return Radix(start, 2, char.IsAsciiHexDigit, 16);
        if (source[_at] == '0' && Peek(1) is 'b' or 'B') return Radix(start, 2, c => c is '0' or '1', 2);
        while (char.IsAsciiDigit(Peek())) _at++;
        bool real = false;
        if (Peek() == '.' && char.IsAsciiDigit(Peek(1)))
        {
            real = true;
            _at++;
            while (char.IsAsciiDigit(Peek())) _at++;
        }

        if (Peek() is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            real = true;
            _at += 2;
            while (char.IsAsciiDigit(Peek())) _at++;
        }

        var digits = source.AsSpan(start, _at - start);
        if (real)
            return new PtxToken(TokenKind.Double, digits.ToString(), BitConverter.DoubleToUInt64Bits(double.Parse(digits, CultureInfo.InvariantCulture)), _line, start, _at);
        if (digits.Length > 1 && digits[0] == '0')
        {
            _at = start;
            return Radix(start, 1, c => c is >= '0' and <= '7', 8);
        }

        if (!ulong.TryParse(digits, CultureInfo.InvariantCulture, out ulong value)) throw Error("the integer has more than 64 bits", start);
        SkipSuffix(start);
        return new PtxToken(TokenKind.Integer, source[start.._at], value, _line, start, _at);
    }

    private PtxToken Radix(int start, int prefix, Func<char, bool> isDigit, uint radix)
    {
        _at += prefix;
        ulong value = 0;
        int first = _at;
        for (; isDigit(Peek()); _at++)
        {
            if (value > ulong.MaxValue / radix) throw Error("the integer has more than 64 bits", start);
            value = (value * radix) + (ulong)HexDigit(Peek());
        }

        if (first == _at) throw Error("a number without digits", start);
        SkipSuffix(start);
        return new PtxToken(TokenKind.Integer, source[start.._at], value, _line, start, _at);
    }

    private void SkipSuffix(int start)
    {
        if (Peek() is 'U' or 'u') _at++;
        if (InName(Peek())) throw Error("a number is followed by letters", start);
    }

    private PtxToken Bits(int start, TokenKind kind, int digits)
    {
        _at += 2;
        ulong value = 0;
        for (int i = 0; i < digits; i++, _at++)
        {
            if (!char.IsAsciiHexDigit(Peek())) throw Error($"a float in bits has {digits} hexadecimal digits", start);
            value = (value << 4) | (ulong)HexDigit(Peek());
        }

        if (InName(Peek())) throw Error($"a float in bits has {digits} hexadecimal digits", start);
        return new PtxToken(kind, source[start.._at], value, _line, start, _at);
    }

    private void SkipSpace()
    {
        while (_at < source.Length)
        {
            char c = source[_at];
            if (c == '\n')
            {
                _line++;
                _at++;
            }
            else if (char.IsWhiteSpace(c) || c == '\0')
            {
                _at++;
            }
            else if (c == '/' && Peek(1) == '/')
            {
                while (_at < source.Length && source[_at] != '\n') _at++;
            }
            else if (c == '/' && Peek(1) == '*')
            {
                int start = _at;
                _at += 2;
                for (; !(Peek() == '*' && Peek(1) == '/'); _at++)
                {
                    if (_at >= source.Length) throw Error("the comment is not closed", start);
                    if (source[_at] == '\n') _line++;
                }

                _at += 2;
            }
            else
            {
                return;
            }
        }
    }

    private PtxException Error(string reason, int start)
    {
        int end = Math.Min(start + 40, source.Length);
        int stop = source.IndexOf('\n', start, end - start);
        return new PtxException(PtxErrorKind.Syntax, reason + ".", _line, source[start..(stop < 0 ? end : stop)]);
    }
}
