namespace CudaNet.VirtualGpu.Ptx;

internal sealed partial class PtxParser
{
    private const int MaxInstructions = 1 << 20;

    private void ParseBody(PtxFunction function)
    {
        Expect('{');
        _file = 0;
        _sourceLine = 0;
        function.Body = [];
        var scope = new Scope(function.Scope);
        int depth = 1;
        while (depth > 0)
        {
            var token = Current;
            if (TakeSymbol('{'))
            {
                if (++depth > MaxDepth) throw ErrorAt(PtxErrorKind.Limit, token, $"blocks are nested more than {MaxDepth} deep");
                scope = new Scope(scope);
            }
            else if (TakeSymbol('}'))
            {
                depth--;
                scope = scope.Parent!;
            }
            else if (!TakeSymbol(';'))
            {
                ParseStatement(function, scope);
            }
        }
    }

    private void ParseStatement(PtxFunction function, Scope scope)
    {
        if (Current.Kind == TokenKind.Dot)
        {
            switch (Current.Text)
            {
                case "reg":
                    ParseRegisters(scope);
                    break;
                case "loc" or "file" or "section" or "pragma":
                    ParseDebug();
                    break;
                default:
                    function.Variables.Add(ParseVariable(scope, isExtern: false, inBody: true));
                    break;
            }

            return;
        }

        if (Current.Kind == TokenKind.Name && _tokens[_at + 1] is { Kind: TokenKind.Symbol, Text: ":" })
        {
            var label = Current;
            Advance();
            Advance();
            if (Current is { Kind: TokenKind.Dot, Text: "branchtargets" or "calltargets" or "callprototype" })
            {
                if (!scope.AddTable(label.Text, ParseTable())) throw ErrorAt(PtxErrorKind.Symbol, label, $"the label '{label.Text}' is declared twice");
                return;
            }

            if (!scope.AddLabel(label.Text, function.Body!.Count)) throw ErrorAt(PtxErrorKind.Symbol, label, $"the label '{label.Text}' is declared twice");
            return;
        }

        if (function.Body!.Count >= MaxInstructions) throw Error(PtxErrorKind.Limit, $"the function has more than {MaxInstructions} instructions");
        function.Body.Add(ParseInstruction(scope));
    }

    private PtxTable ParseTable()
    {
        string kind = Current.Text;
        Advance();
        List<string> names = [];
        List<PtxVariable> returns = [], parameters = [];
        if (kind == "callprototype")
        {
            var scope = new Scope(null);
            if (IsSymbol('(')) ParseParameters(returns, scope, Space.CallParam);
            Take(TokenKind.Name, "'_'");
            if (IsSymbol('(')) ParseParameters(parameters, scope, Space.CallParam);
            while (Current is { Kind: TokenKind.Dot, Text: "noreturn" }) Advance();
        }
        else
        {
            do names.Add(Take(TokenKind.Name, "a label").Text);
            while (TakeSymbol(','));
        }

        Expect(';');
        return new PtxTable(kind, names, returns, parameters);
    }

    private void ParseRegisters(Scope scope)
    {
        Advance();
        int vector = 1;
        if (Current is { Kind: TokenKind.Dot, Text: "v2" or "v4" })
        {
            vector = Current.Text[1] - '0';
            Advance();
        }

        var word = Take(TokenKind.Dot, "a type");
        if (!PtxTypes.TryParse(word.Text, out var type)) throw ErrorAt(PtxErrorKind.Syntax, word, $"'.{word.Text}' is not a type");
        if (type == PtxType.B128) throw ErrorAt(PtxErrorKind.Limit, word, "128-bit registers are not supported");
        do
        {
            var name = Take(TokenKind.Name, "a register");
            bool added;
            if (TakeSymbol('<'))
            {
                ulong count = TakeInteger("a count");
                Expect('>');
                added = scope.AddRange(name.Text, type, (long)Math.Min(count, int.MaxValue));
            }
            else if (vector > 1)
            {
                added = true;
                for (int i = 0; i < vector; i++) added &= scope.AddRegister(name.Text + "." + "xyzw"[i], type);
            }
            else
            {
                added = scope.AddRegister(name.Text, type);
            }

            if (!added) throw ErrorAt(PtxErrorKind.Symbol, name, $"the register '{name.Text}' is declared twice");
        }
        while (TakeSymbol(','));
        Expect(';');
    }

    private PtxInstruction ParseInstruction(Scope scope)
    {
        int start = Current.Start;
        int line = Current.Line;
        var firstToken = Current;
        string? guard = null;
        bool negated = false;
        if (TakeSymbol('@'))
        {
            negated = TakeSymbol('!');
            guard = Take(TokenKind.Name, "a predicate").Text;
        }

        string opcode = Take(TokenKind.Name, "an instruction").Text;
        List<string> modifiers = [];
        while (Current.Kind == TokenKind.Dot)
        {
            modifiers.Add(Current.Text);
            Advance();
        }

        List<PtxOperand> operands = [];
        if (!IsSymbol(';'))
        {
            do operands.Add(ParseOperand(0));
            while (TakeSymbol(','));
        }

        if (!IsSymbol(';')) throw Unexpected($"',' or ';' in '{opcode}'");
        int end = Current.End;
        Advance();
        string text = string.Join(' ', _source[start..end].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new PtxInstruction
        {
            Opcode = opcode,
            Modifiers = [.. modifiers],
            Operands = [.. operands],
            Scope = scope,
            Line = line,
            Guard = guard,
            GuardNegated = negated,
            File = _file,
            SourceLine = _sourceLine,
            Text = text.Length > 200 ? text[..200] + "…" : text,
        };
    }

    private PtxOperand ParseOperand(int depth)
    {
        if (depth > 3) throw Error(PtxErrorKind.Limit, "an operand is nested too deeply");
        if (TakeSymbol('{')) return ParseList(OperandKind.Vector, '}', depth);
        if (TakeSymbol('(')) return ParseList(OperandKind.Group, ')', depth);
        if (TakeSymbol('[')) return ParseAddress();
        if (TakeSymbol('!'))
        {
            var name = Take(TokenKind.Name, "a predicate");
            return new PtxOperand { Kind = OperandKind.Name, Name = name.Text, Negated = true };
        }

        if (Current.Kind != TokenKind.Name)
        {
            ulong bits = TakeNumber(out var number);
            return new PtxOperand
            {
                Kind = number.Kind switch { TokenKind.Integer => OperandKind.Integer, TokenKind.Single => OperandKind.Single, _ => OperandKind.Double },
                Bits = bits,
            };
        }

        var first = ParseName();
        if (!TakeSymbol('|')) return first;
        return new PtxOperand { Kind = OperandKind.Pair, Items = [first, ParseName()] };
    }

    private PtxOperand ParseName()
    {
        var token = Take(TokenKind.Name, "a name");
        string component = "";
        if (Current.Kind == TokenKind.Dot && Current.Start == token.End && Current.Text is "x" or "y" or "z" or "w" or "r" or "g" or "b" or "a")
        {
            component = Current.Text switch { "r" => "x", "g" => "y", "b" => "z", "a" => "w", var c => c };
            Advance();
        }

        long offset = 0;
        if (IsSymbol('+') || IsSymbol('-'))
        {
            bool negative = IsSymbol('-');
            Advance();
            offset = (long)TakeNumber(out _);
            if (negative) offset = -offset;
        }

        return new PtxOperand { Kind = OperandKind.Name, Name = token.Text, Component = component, Offset = offset };
    }

    private PtxOperand ParseList(OperandKind kind, char close, int depth)
    {
        List<PtxOperand> items = [];
        if (!TakeSymbol(close))
        {
            do items.Add(ParseOperand(depth + 1));
            while (TakeSymbol(','));
            Expect(close);
        }

        return new PtxOperand { Kind = kind, Items = [.. items] };
    }

    private PtxOperand ParseAddress()
    {
        PtxOperand address;
        if (Current.Kind == TokenKind.Name)
        {
            var name = ParseName();
            address = new PtxOperand { Kind = OperandKind.Address, Name = name.Name, Component = name.Component, Offset = name.Offset };
        }
        else
        {
            address = new PtxOperand { Kind = OperandKind.Address, Offset = (long)TakeNumber(out _) };
        }

        Expect(']');
        return address;
    }
}
