using CudaNet.Ops;

namespace CudaNet.Graphs;

/// <summary>A step before its memory is known.</summary>
/// <param name="Op">What runs.</param>
/// <param name="Name">The fused ops' names, for people.</param>
/// <param name="Inputs">What it reads, laid out as the op wants it.</param>
/// <param name="Outputs">The nodes whose values it writes.</param>
internal sealed record StepDraft(Op Op, string Name, IReadOnlyList<Access> Inputs, IReadOnlyList<Node> Outputs)
{
    public static StepDraft Of(FusionGroup group, IReadOnlyList<Node> outputs, AccessPlan plan)
    {
        var anchor = group.Anchor;
        if (anchor is null && group.Nodes[0] is { Op: not IElementwise } single)
        {
            var operands = plan.Operands(single);
            if (single.Op is Contiguous && operands[0].Base is { IsRealized: false, Op: Literal }) return OfLiteral(single, operands[0]);
            if (single.Op is not IReduction) return new(single.Op, single.Op.Name, operands, [single]);
            anchor = single;
        }
        if (anchor is null)
        {
            var builder = new ProgramBuilder(plan, group.Shape);
            foreach (var node in group.Nodes) builder.Add(node);
            return new(new FusedElementwise(builder.Build(outputs), group.Shape), NameOf(group.Nodes), builder.Inputs, outputs);
        }
        var epilogue = group.Nodes.Count > 0 && group.Nodes[0] != anchor ? new ProgramBuilder(plan, anchor.Shape) : null;
        if (epilogue is not null)
        {
            epilogue.AddInput(new(anchor, Layout.Contiguous(anchor.Shape)), anchor.DType);
            foreach (var node in group.Nodes) epilogue.Add(node);
        }
        var program = epilogue?.Build(outputs);
        IReadOnlyList<Access> extra = epilogue is null ? [] : [.. epilogue.Inputs.Skip(1)];
        var name = NameOf([.. group.Prologue, anchor, .. epilogue is null ? [] : group.Nodes]);
        if (anchor.Op is not IReduction)
            return new(new FusedEpilogue(anchor.Op, anchor.Inputs.Count, program!), name, [.. plan.Operands(anchor), .. extra], outputs);

        var shape = anchor.Inputs[0].Shape;
        var prologue = new ProgramBuilder(plan, shape);
        foreach (var node in group.Prologue) prologue.Add(node);
        var folded = prologue.ValueOf(plan.Operands(anchor)[0]);
        return new(new FusedReduction(prologue.Build(folded), shape, anchor.Op, program), name, [.. prologue.Inputs, .. extra], outputs);
    }

    private static StepDraft OfLiteral(Node copy, Access literal)
    {
        var program = new ElementwiseProgram([], [new((Literal)literal.Base.Op, copy.DType)], [0]);
        return new(new FusedElementwise(program, copy.Shape), "Fill", [], [copy]);
    }

    /// <summary>Each name once with its count, in the order of first use: long chains stay readable.</summary>
    private static string NameOf(IReadOnlyList<Node> nodes)
    {
        var names = nodes.Select(node => node.Op.Name).ToList();
        var distinct = names.Distinct().ToList();
        return names.Count <= 6 ? string.Join('+', names)
            : string.Join('+', distinct.Take(8).Select(name => names.Count(n => n == name) is > 1 and var count ? $"{count}×{name}" : name)) + (distinct.Count > 8 ? "+…" : "");
    }

    /// <summary>Numbers the values of a chain.</summary>
    private sealed class ProgramBuilder(AccessPlan plan, Shape shape)
    {
        // Until the order is known, values are inputs 0…, literals −1…, and results from here on.
        private const int FirstResult = 1_000_000;

        private readonly List<(Access Access, DType Type)> _inputs = [];
        private readonly Dictionary<Node, int> _results = [];
        private readonly List<Literal> _literals = [];
        private readonly List<(Op Op, DType Type, int[] Arguments)> _code = [];
        private int _added;

        public IReadOnlyList<Access> Inputs => _inputs.ConvertAll(input => input.Access);

        /// <summary>Adds an input that stays where it is.</summary>
        public void AddInput(Access access, DType type)
        {
            _inputs.Add((access, type));
            _added = _inputs.Count;
        }

        public void Add(Node node)
        {
            var arguments = Array.ConvertAll(plan.Operands(node), ValueOf);
            _results[node] = FirstResult + _code.Count;
            _code.Add((node.Op, node.DType, arguments));
        }

        /// <summary>The value number of what an access reads; makes an input of what is not computed here.</summary>
        public int ValueOf(Access access)
        {
            if (_results.TryGetValue(access.Base, out var result)) return result;
            if (access.Base is { IsRealized: false, Op: Literal literal })
            {
                var known = _literals.IndexOf(literal);
                if (known < 0) _literals.Add(literal);
                return -1 - (known < 0 ? _literals.Count - 1 : known);
            }
            var laidOut = new Access(access.Base, access.Layout.TryReshape(shape)!);
            var index = _inputs.FindIndex(input => input.Access == laidOut);
            if (index >= 0) return index;
            _inputs.Add((laidOut, access.Base.DType));
            return _inputs.Count - 1;
        }

        public ElementwiseProgram Build(IReadOnlyList<Node> outputs) => Build([.. outputs.Select(node => _results[node])]);

        /// <summary>The program, in the order in which its outputs need values: equal chains have equal programs, in whatever order their nodes
        /// were made. Puts the inputs into that order, too, behind those that were added by themselves.</summary>
        public ElementwiseProgram Build(params int[] outputs)
        {
            var (inputs, literals, results, seen) = (Enumerable.Range(0, _added).ToList(), new List<int>(), new List<int>(), new HashSet<int>(Enumerable.Range(0, _added)));
            foreach (var output in outputs) Visit(output);
            (Access, DType)[] ordered = [.. inputs.Select(value => _inputs[value])];
            _inputs.Clear();
            _inputs.AddRange(ordered);
            return new([.. _inputs.Select(input => input.Type)],
                [.. literals.Select(value => new Instruction(_literals[-1 - value], _literals[-1 - value].Type)), .. results.Select(value => InstructionOf(_code[value - FirstResult]))],
                [.. outputs.Select(Number)]);

            void Visit(int value)
            {
                if (!seen.Add(value)) return;
                if (value >= FirstResult)
                    foreach (var argument in _code[value - FirstResult].Arguments) Visit(argument);
                (value >= FirstResult ? results : value < 0 ? literals : inputs).Add(value);
            }

            Instruction InstructionOf((Op Op, DType Type, int[] Arguments) code) => new(code.Op, code.Type, Argument(code.Arguments, 0), Argument(code.Arguments, 1), Argument(code.Arguments, 2));

            int Argument(int[] arguments, int k) => k < arguments.Length ? Number(arguments[k]) : -1;

            int Number(int value) => value >= FirstResult ? inputs.Count + literals.Count + results.IndexOf(value)
                : value < 0 ? inputs.Count + literals.IndexOf(value)
                : inputs.IndexOf(value);
        }
    }
}
