namespace CudaNet.VirtualGpu.Ptx;

/// <summary>Parses a PTX text: directives, variables and functions here, bodies in the other part.</summary>
internal sealed partial class PtxParser
{
    // Hand-written texts nest a few blocks; a deeper one is an attack on the stack.
    private const int MaxDepth = 64;
    private const long MaxVariableBytes = 1L << 28;

    private readonly string _source;
    private readonly List<PtxToken> _tokens;
    private readonly PtxModule _module = new();
    private int _at;
    private int _file;
    private int _sourceLine;

    private PtxParser(string source)
    {
        _source = source;
        _tokens = new PtxLexer(source).Tokens();
    }

    private PtxToken Current => _tokens[_at];

    public static PtxModule Parse(string source)
    {
        var parser = new PtxParser(source);
        parser.ParseModule();
        parser._module.NumberFunctions();
        return parser._module;
    }

    private void ParseModule()
    {
        bool addressSize = false;
        while (Current.Kind != TokenKind.End)
        {
            if (Current.Kind != TokenKind.Dot) throw Unexpected("a directive");
            switch (Current.Text)
            {
                case "version":
                    Advance();
                    ParseVersion();
                    break;
                case "target":
                    Advance();
                    _module.Target = Take(TokenKind.Name, "a target such as sm_80").Text;
                    if (!_module.Target.StartsWith("sm_", StringComparison.Ordinal)) throw Error(PtxErrorKind.Syntax, $"the target '{_module.Target}' is not sm_NN");
                    while (TakeSymbol(',')) Take(TokenKind.Name, "a target option");
                    break;
                case "address_size":
                    Advance();
                    if (TakeInteger("64") != 64) throw Error(PtxErrorKind.Limit, "only .address_size 64 is supported");
                    addressSize = true;
                    break;
                case "file" or "loc" or "section" or "pragma":
                    ParseDebug();
                    break;
                default:
                    if (_module.Version == 0 || _module.Target.Length == 0) throw Error(PtxErrorKind.Syntax, ".version and .target come first");
                    ParseDeclaration();
                    break;
            }
        }

        if (_module.Version == 0) throw Error(PtxErrorKind.Syntax, "the text has no .version");
        if (_module.Target.Length == 0) throw Error(PtxErrorKind.Syntax, "the text has no .target");
        if (!addressSize && _module.Functions.Count > 0) throw Error(PtxErrorKind.Limit, "only .address_size 64 is supported, and the text does not state it");
    }

    private void ParseVersion()
    {
        var major = Current;
        Advance();
        if (major.Kind == TokenKind.Double)
        {
            double value = BitConverter.UInt64BitsToDouble(major.Bits);
            if (value is >= 1 and < 100)
            {
                _module.Version = (int)Math.Round(value * 10);
                return;
            }
        }

        throw Error(PtxErrorKind.Syntax, $"'{major.Text}' is not a version such as 7.5");
    }

    private void ParseDeclaration()
    {
        bool isExtern = false;
        while (Current is { Kind: TokenKind.Dot, Text: "visible" or "extern" or "weak" or "common" })
        {
            isExtern |= Current.Text == "extern";
            Advance();
        }

        if (Current is { Kind: TokenKind.Dot, Text: "entry" or "func" })
        {
            ParseFunction(isExtern);
            return;
        }

        var variable = ParseVariable(_module.Globals, isExtern, inBody: false);
        _module.Variables.Add(variable);
    }

    private void ParseFunction(bool isExtern)
    {
        bool isEntry = Current.Text == "entry";
        Advance();
        while (Current is { Kind: TokenKind.Dot, Text: "noreturn" }) Advance();
        var scope = new Scope(_module.Globals);
        List<PtxVariable> returns = [], parameters = [];
        var space = isEntry ? Space.Param : Space.CallParam;
        if (!isEntry && IsSymbol('(')) ParseParameters(returns, scope, space);
        var name = Take(TokenKind.Name, "the name of the function");
        if (IsSymbol('(')) ParseParameters(parameters, scope, space);
        var function = new PtxFunction { Name = name.Text, IsEntry = isEntry, Line = name.Line, Scope = scope, Parameters = parameters, Returns = returns };
        ParseFunctionDirectives(function);
        if (_module.Functions.TryGetValue(name.Text, out var earlier))
        {
            if (earlier.Body is not null && IsSymbol('{')) throw ErrorAt(PtxErrorKind.Symbol, name, $"the function '{name.Text}' is defined twice");
            if (earlier.IsEntry != isEntry || earlier.Parameters.Count != parameters.Count || earlier.Returns.Count != returns.Count)
                throw ErrorAt(PtxErrorKind.Symbol, name, $"the function '{name.Text}' is declared with another signature in line {earlier.Line}");
        }

        if (TakeSymbol(';'))
        {
            _module.Functions.TryAdd(name.Text, function);
            return;
        }

        if (isExtern) throw Unexpected("';' after an external function");
        _module.Functions[name.Text] = function;
        ParseBody(function);
    }

    private void ParseFunctionDirectives(PtxFunction function)
    {
        while (Current.Kind == TokenKind.Dot)
        {
            string directive = Current.Text;
            Advance();
            switch (directive)
            {
                case "maxntid":
                    function.MaxThreads = TakeSizes();
                    break;
                case "reqntid":
                    function.RequiredThreads = TakeSizes();
                    break;
                case "maxnreg":
                    function.MaxRegisters = (int)Math.Min(TakeInteger("a count"), 255);
                    break;
                case "minnctapersm" or "maxnctapersm":
                    TakeInteger("a count");
                    break;
                case "noreturn":
                    break;
                case "pragma":
                    Take(TokenKind.Text, "a string");
                    TakeSymbol(';');
                    break;
                default:
                    throw Error(PtxErrorKind.Syntax, $"the directive '.{directive}' is not known for a function");
            }
        }
    }

    private int[] TakeSizes()
    {
        int[] sizes = [1, 1, 1];
        for (int i = 0; i < 3; i++)
        {
            sizes[i] = (int)Math.Min(TakeInteger("a size"), int.MaxValue);
            if (!TakeSymbol(',')) break;
        }

        return sizes;
    }

    private void ParseParameters(List<PtxVariable> list, Scope scope, Space space)
    {
        Expect('(');
        if (TakeSymbol(')')) return;
        do
        {
            if (Current is not { Kind: TokenKind.Dot, Text: "param" }) throw Unexpected("a .param");
            list.Add(ParseVariable(scope, isExtern: false, inBody: false, space));
        }
        while (TakeSymbol(','));
        Expect(')');
    }

    /// <summary>Parses one variable, from its state space on. A parameter has no semicolon and may lack a name.</summary>
    private PtxVariable ParseVariable(Scope scope, bool isExtern, bool inBody, Space? parameterOf = null)
    {
        var first = Current;
        var space = parameterOf ?? first.Text switch
        {
            "global" => Space.Global,
            "shared" or "shared::cta" => Space.Shared,
            "local" => Space.Local,
            "const" => Space.Const,
            "param" when inBody => Space.CallParam,
            _ => throw Error(PtxErrorKind.Syntax, $"the directive '.{first.Text}' is not known"),
        };
        Advance();
        long align = 0;
        int vector = 1;
        var type = PtxType.None;
        while (Current.Kind == TokenKind.Dot)
        {
            string word = Current.Text;
            Advance();
            if (word == "align")
            {
                align = (long)TakeInteger("an alignment");
                if (align is < 1 or > 4096 || (align & (align - 1)) != 0) throw Error(PtxErrorKind.Syntax, $"{align} is not an alignment");
            }
            else if (word is "v2" or "v4")
            {
                vector = word[1] - '0';
            }
            else if (word is "ptr" or "global" or "shared" or "const" or "local" && parameterOf is not null)
            {
            }
            else if (PtxTypes.TryParse(word, out var parsed) && parsed != PtxType.Pred)
            {
                type = parsed;
            }
            else
            {
                throw Error(PtxErrorKind.Syntax, $"'.{word}' is not known in a declaration");
            }
        }

        if (type == PtxType.None) throw Unexpected("a type");
        var name = Current.Kind == TokenKind.Name || parameterOf is null ? Take(TokenKind.Name, "a name") : first;
        if (TakeSymbol('<')) throw ErrorAt(PtxErrorKind.Syntax, name, "a range of names is for registers only");
        long bytes = type.Size() * vector;
        align = Math.Max(align, bytes);
        bool isDynamic = false;
        while (TakeSymbol('['))
        {
            if (TakeSymbol(']'))
            {
                isDynamic = true;
                bytes = 0;
                continue;
            }

            ulong count = TakeInteger("a size");
            Expect(']');
            if (count > (ulong)MaxVariableBytes || (bytes *= (long)count) > MaxVariableBytes)
                throw ErrorAt(PtxErrorKind.Limit, name, $"the variable '{name.Text}' has more than {MaxVariableBytes >> 20} MiB");
        }

        List<PtxInitial>? initial = null;
        if (TakeSymbol('='))
        {
            if (space is not (Space.Global or Space.Const)) throw ErrorAt(PtxErrorKind.Syntax, name, $"only .global and .const variables are initialised, '{name.Text}' is not one");
            ParseInitial(initial = [], 0);
            if (isDynamic) bytes = (long)initial.Count * type.Size();
        }

        if (parameterOf is null) Expect(';');
        if (isDynamic && initial is null && !(space == Space.Shared && isExtern) && parameterOf is null && !isExtern)
            throw ErrorAt(PtxErrorKind.Syntax, name, $"the array '{name.Text}' has no size");
        if (initial is not null && initial.Count * type.Size() > bytes)
            throw ErrorAt(PtxErrorKind.Syntax, name, $"'{name.Text}' has more initial values than elements");
        var variable = new PtxVariable
        {
            Name = name.Text,
            Space = space,
            Type = bytes == type.Size() && !isDynamic ? type : PtxType.B8,
            Align = (int)align,
            Bytes = bytes,
            Line = name.Line,
            IsDynamic = isDynamic && initial is null,
            Initial = initial,
        };
        if (name.Kind == TokenKind.Name && name.Text != "_" && !scope.Add(variable)) throw ErrorAt(PtxErrorKind.Symbol, name, $"'{name.Text}' is declared twice");
        if (initial is not null && type.Size() != variable.Type.Size()) variable.Initial = Widen(initial, type);
        return variable;
    }

    /// <summary>Array elements are kept with their type's size, so that the loader needs no type: one entry a byte.</summary>
    private static List<PtxInitial> Widen(List<PtxInitial> initial, PtxType type)
    {
        var bytes = new List<PtxInitial>(initial.Count * type.Size());
        foreach (var item in initial)
        {
            if (item.Symbol is not null)
            {
                bytes.Add(item);
                for (int i = 1; i < type.Size(); i++) bytes.Add(new PtxInitial(0, TokenKind.End, null, item.Line));
                continue;
            }

            ulong bits = InitialBits(item, type);
            for (int i = 0; i < type.Size(); i++) bytes.Add(new PtxInitial((bits >> (8 * i)) & 0xFF, TokenKind.Integer, null, item.Line));
        }

        return bytes;
    }

    public static ulong InitialBits(PtxInitial item, PtxType type) => (item.Kind, type) switch
    {
        (TokenKind.Double, PtxType.F32) => BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(item.Bits)),
        (TokenKind.Single, PtxType.F64) => BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)item.Bits)),
        _ => item.Bits,
    };

    private void ParseInitial(List<PtxInitial> list, int depth)
    {
        if (depth > MaxDepth) throw Error(PtxErrorKind.Limit, "an initialiser is nested too deeply");
        if (TakeSymbol('{'))
        {
            if (TakeSymbol('}')) return;
            do ParseInitial(list, depth + 1);
            while (TakeSymbol(','));
            Expect('}');
            return;
        }

        if (Current.Kind == TokenKind.Name)
        {
            var name = Current;
            Advance();
            if (name.Text == "generic" && TakeSymbol('('))
            {
                name = Take(TokenKind.Name, "a variable");
                Expect(')');
            }

            ulong offset = TakeSymbol('+') ? TakeInteger("an offset") : 0;
            list.Add(new PtxInitial(offset, TokenKind.Name, name.Text, name.Line));
            return;
        }

        list.Add(TakeNumber(out var token) is var bits ? new PtxInitial(bits, token.Kind, null, token.Line) : default);
    }

    /// <summary>Line tables are kept; other debug sections are passed over.</summary>
    private void ParseDebug()
    {
        string word = Current.Text;
        int line = Current.Line;
        Advance();
        switch (word)
        {
            case "file":
                int index = (int)Math.Min(TakeInteger("a number"), int.MaxValue);
                _module.Files[index] = Take(TokenKind.Text, "a file name").Text;
                while (TakeSymbol(',')) TakeInteger("a number");
                break;
            case "loc":
                _file = (int)Math.Min(TakeInteger("a file"), int.MaxValue);
                int source = (int)Math.Min(TakeInteger("a line"), int.MaxValue);
                // Line 0 marks code without a line of its own; the line before says more.
                if (source > 0) _sourceLine = source;
                while (Current.Line == line && Current.Kind != TokenKind.End) Advance();
                break;
            case "pragma":
                Take(TokenKind.Text, "a string");
                Expect(';');
                break;
            default:
                Take(TokenKind.Dot, "a section");
                Expect('{');
                for (int depth = 1; depth > 0; Advance())
                {
                    if (Current.Kind == TokenKind.End) throw Unexpected("'}' at the end of a section");
                    if (IsSymbol('{')) depth++;
                    if (IsSymbol('}')) depth--;
                }

                break;
        }
    }

    private void Advance()
    {
        if (_at < _tokens.Count - 1) _at++;
    }

    private bool IsSymbol(char c) => Current.Kind == TokenKind.Symbol && Current.Text[0] == c;

    private bool TakeSymbol(char c)
    {
        if (!IsSymbol(c)) return false;
        Advance();
        return true;
    }

    private void Expect(char c)
    {
        if (!TakeSymbol(c)) throw Unexpected($"'{c}'");
    }

    private PtxToken Take(TokenKind kind, string what)
    {
        var token = Current;
        if (token.Kind != kind) throw Unexpected(what);
        Advance();
        return token;
    }

    private ulong TakeInteger(string what) => Take(TokenKind.Integer, what).Bits;

    /// <summary>A number with an optional sign. For an integer the bits are two's complement.</summary>
    private ulong TakeNumber(out PtxToken token)
    {
        bool negative = TakeSymbol('-');
        if (!negative) TakeSymbol('+');
        bool complement = !negative && TakeSymbol('~');
        token = Current;
        if (token.Kind is not (TokenKind.Integer or TokenKind.Single or TokenKind.Double)) throw Unexpected("a number");
        Advance();
        if (complement) return ~token.Bits;
        if (!negative) return token.Bits;
        return token.Kind switch
        {
            TokenKind.Single => token.Bits ^ 0x8000_0000,
            TokenKind.Double => token.Bits ^ 0x8000_0000_0000_0000,
            _ => 0 - token.Bits,
        };
    }

    private string LineText(PtxToken token)
    {
        int start = token.Start == 0 ? 0 : _source.LastIndexOf('\n', token.Start - 1) + 1;
        int end = _source.IndexOf('\n', token.Start);
        if (end < 0) end = _source.Length;
        string text = _source[start..end].Trim();
        return text.Length > 120 ? text[..120] + "…" : text;
    }

    private PtxException ErrorAt(PtxErrorKind kind, PtxToken token, string reason) => new(kind, reason + ".", token.Line, LineText(token));

    private PtxException Error(PtxErrorKind kind, string reason) => ErrorAt(kind, _tokens[Math.Max(_at - 1, 0)], reason);

    private PtxException Unexpected(string expected) =>
        ErrorAt(PtxErrorKind.Syntax, Current, $"{expected} was expected, '{(Current.Kind == TokenKind.Dot ? "." : "")}{Current.Text}' found");
}
