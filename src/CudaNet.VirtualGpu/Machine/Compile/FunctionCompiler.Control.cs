using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private const InstructionClass ControlClass = InstructionClass.Control;

    /// <summary>Decodes the current instruction.</summary>
    private void DecodeOne()
    {
        string op = _at.Opcode;
        switch (op)
        {
            case "add" or "sub":
                DecodeAddSub(op);
                break;
            case "addc" or "subc":
                DecodeCarry(op == "addc" ? CarryOps.CarryIn : CarryOps.CarryIn | CarryOps.Subtract);
                break;
            case "mul":
                DecodeMul();
                break;
            case "mad" or "madc":
                DecodeMad(op == "madc");
                break;
            case "mul24" or "mad24":
                Decode24(op);
                break;
            case "div":
                DecodeDiv();
                break;
            case "rem":
                DecodeRem();
                break;
            case "neg" or "abs" or "min" or "max":
                DecodeIntegerOrFloat(op);
                break;
            case "sad":
                var sad = _mods.Type();
                if (!IsArithmetic(sad)) throw _mods.Unsupported(sad);
                Ternary(IntegerHandler("sad", sad), sad, IntegerClass);
                break;
            case "and" or "or" or "xor" or "not" or "cnot":
                DecodeLogic(op);
                break;
            case "shl" or "shr":
                DecodeShift(op);
                break;
            case "bfe" or "bfi":
                DecodeBitField(op);
                break;
            case "bfind" or "clz" or "popc":
                DecodeCount(op);
                break;
            case "brev":
                DecodeReverse();
                break;
            case "fns":
                DecodeFindNth();
                break;
            case "dp4a" or "dp2a":
                DecodeDot(op == "dp2a");
                break;
            case "lop3":
                DecodeLop3();
                break;
            case "shf":
                DecodeFunnel();
                break;
            case "prmt":
                DecodePermute();
                break;
            case "fma":
                DecodeFmaInstruction();
                break;
            case "rcp" or "sqrt" or "rsqrt":
                DecodeRoot(op);
                break;
            case "ex2" or "lg2" or "sin" or "cos" or "tanh":
                DecodeSpecialFunction(op);
                break;
            case "copysign":
                DecodeCopySign();
                break;
            case "testp":
                DecodeTest();
                break;
            case "setp" or "set":
                DecodeSet(op == "setp");
                break;
            case "selp":
                DecodeSelect();
                break;
            case "slct":
                DecodeSelectBySign();
                break;
            case "mov":
                DecodeMove();
                break;
            case "cvt":
                DecodeConvert();
                break;
            case "cvta":
                DecodeConvertAddress();
                break;
            case "isspacep":
                DecodeIsSpace();
                break;
            case "ld" or "ldu" or "st":
                DecodeLoadStore(op != "st");
                break;
            case "atom" or "red":
                if (op == "red" && _mods.Take("async")) throw UnknownInstruction();
                DecodeAtomic(op == "atom");
                break;
            case "prefetch" or "prefetchu" or "applypriority" or "discard":
                DecodePrefetch();
                break;
            case "cp":
                if (!_mods.Take("async") || _mods.Take("bulk")) throw UnknownInstruction();
                DecodeCopyAsync();
                break;
            case "mbarrier":
                DecodeMbarrier();
                break;
            default:
                DecodeWarpOrControl(op);
                break;
        }
    }

    private void DecodeWarpOrControl(string op)
    {
        switch (op)
        {
            case "bra":
                DecodeBranch();
                break;
            case "brx":
                DecodeBranchIndexed();
                break;
            case "call":
                DecodeCall();
                break;
            case "ret":
                _mods.Take("uni");
                Operands(0);
                Emit(H(&ControlOps.Return), ControlClass).Ends = true;
                break;
            case "exit":
                Operands(0);
                Emit(H(&ControlOps.Exit), ControlClass).Ends = true;
                break;
            case "trap":
                Operands(0);
                Emit(H(&ControlOps.Trap), ControlClass).Ends = true;
                break;
            case "brkpt" or "pmevent" or "nanosleep":
                if (op == "nanosleep") _mods.Type(PtxType.U32);
                Emit(H(&WarpOps.Nothing), ControlClass);
                break;
            case "bar" or "barrier":
                DecodeBarrier();
                break;
            case "membar" or "fence":
                _mods.TakeAny("sc", "acq_rel", "acquire", "release", "proxy");
                _mods.TakeAny("cta", "gl", "gpu", "sys", "cluster", "async");
                Operands(0);
                Emit(H(&WarpOps.Fence), InstructionClass.Barrier);
                break;
            case "vote":
                DecodeVote();
                break;
            case "match":
                DecodeMatch();
                break;
            case "activemask":
                _mods.Type(PtxType.B32);
                Operands(1);
                Emit(H(&WarpOps.ActiveMask), InstructionClass.Warp).D = Out(0, PtxType.B32);
                break;
            case "elect":
                _mods.Require("sync");
                Operands(2);
                var elect = Emit(H(&WarpOps.Elect), InstructionClass.Warp);
                (elect.D, elect.E) = Pair(Operand(0), PtxType.B32);
                elect.A = In(1, PtxType.B32);
                break;
            case "shfl":
                DecodeShuffle();
                break;
            case "redux":
                DecodeReduce();
                break;
            case "ldmatrix" or "stmatrix":
                DecodeMatrixAccess(op == "ldmatrix");
                break;
            case "mma":
                DecodeMatrixProduct();
                break;
            default:
                throw UnknownInstruction();
        }
    }

    private int LabelOf(PtxOperand operand)
    {
        if (operand.Kind != OperandKind.Name) throw Bad("a label is expected");
        int index = _at.Scope.Label(operand.Name);
        return index >= 0 ? index : throw _at.Error(PtxErrorKind.Symbol, $"The label '{operand.Name}' is not declared.");
    }

    private void DecodeBranch()
    {
        _mods.Take("uni");
        Operands(1);
        var e = Emit(H(&ControlOps.Branch), ControlClass);
        e.Targets = [LabelOf(Operand(0))];
        e.Ends = true;
    }

    private void DecodeBranchIndexed()
    {
        _mods.Require("idx");
        _mods.Take("uni");
        Operands(2);
        var e = Emit(H(&ControlOps.BranchIndexed), ControlClass);
        e.A = In(0, PtxType.U32);
        if (_at.Scope.Table(Operand(1).Name) is not { Kind: "branchtargets" } table)
            throw _at.Error(PtxErrorKind.Symbol, $"'{Operand(1).Name}' is not a list of .branchtargets.");
        e.Targets = [.. table.Names.Select(name => LabelOf(new PtxOperand { Kind = OperandKind.Name, Name = name }))];
        e.TargetsInList = true;
        e.Ends = true;
    }

    private void DecodeCall()
    {
        _mods.Take("uni");
        var operands = _at.Operands;
        int at = 0;
        PtxOperand? result = null;
        if (operands.Length > 0 && operands[0].Kind == OperandKind.Group) result = operands[at++];
        var callee = Operand(at++);
        if (callee.Kind != OperandKind.Name) throw Bad("the function to call is expected");
        PtxOperand[] arguments = [];
        if (at < operands.Length && operands[at].Kind == OperandKind.Group) arguments = operands[at++].Items;
        var resultVariable = result is { Items.Length: > 0 } ? CallVariable(result.Items[0]) : null;
        if (result is { Items.Length: > 1 }) throw Bad("a call has one result at most");
        var argumentVariables = Array.ConvertAll(arguments, CallVariable);
        if (Lookup(callee) >= 0)
        {
            if (at >= operands.Length || _at.Scope.Table(operands[at].Name) is not { } table) throw Bad("an indirect call needs a .callprototype or .calltargets");
            at++;
            CheckSignature(callee.Name, table.Kind == "callprototype" ? table.Returns : null, table.Kind == "callprototype" ? table.Parameters : null, resultVariable, argumentVariables);
            EmitCall(-1, resultVariable, argumentVariables).A = Register(callee, 8, RefKind.Use);
        }
        else if (_kernel.FunctionIndex(callee.Name) is var index && index >= 0)
        {
            var target = _kernel.Callee(index);
            CheckSignature(callee.Name, target.Returns, target.Parameters, resultVariable, argumentVariables);
            EmitCall(index, resultVariable, argumentVariables);
        }
        else
        {
            DecodeExternalCall(callee.Name, resultVariable, argumentVariables);
        }

        if (at != operands.Length) throw Bad("a call has too many operands");
        if (resultVariable is null || Emitted[^1].Run != H(&ControlOps.Call)) return;
        var fetch = Emit(H(&ControlOps.FetchResult), ControlClass);
        fetch.A = new Ref(RefKind.Literal, 0);
        fetch.B = new Ref(RefKind.Literal, LocalOffset(resultVariable));
        fetch.Mode = (int)resultVariable.Bytes;
    }

    private PtxVariable CallVariable(PtxOperand operand) =>
        operand.Kind == OperandKind.Name && Variable(operand.Name) is { Space: Space.CallParam } variable
            ? variable
            : throw Bad("arguments and results of calls are .param variables");

    private void CheckSignature(string name, List<PtxVariable>? returns, List<PtxVariable>? parameters, PtxVariable? result, PtxVariable[] arguments)
    {
        if (returns is not null && (returns.Count != (result is null ? 0 : 1) || (result is not null && returns[0].Bytes != result.Bytes)))
            throw Bad($"the result of '{name}' does not fit its declaration");
        if (parameters is null) return;
        if (parameters.Count != arguments.Length) throw Bad($"'{name}' has {parameters.Count} parameters, {arguments.Length} are given");
        for (int p = 0; p < arguments.Length; p++)
        {
            if (parameters[p].Bytes != arguments[p].Bytes)
                throw Bad($"parameter {p + 1} of '{name}' has {parameters[p].Bytes} bytes, {arguments[p].Bytes} are given");
        }
    }

    private Emitted EmitCall(int target, PtxVariable? result, PtxVariable[] arguments)
    {
        var e = Emit(H(&ControlOps.Call), ControlClass);
        e.Target = target;
        e.Aux = (int)(result?.Bytes ?? 0);
        e.Count = arguments.Length;

        // The sizes follow the places, for the check of an indirect call.
        e.List = [.. arguments.Select(argument => new Ref(RefKind.Literal, LocalOffset(argument))), .. arguments.Select(argument => new Ref(RefKind.Literal, (int)argument.Bytes))];
        return e;
    }

    private void DecodeExternalCall(string name, PtxVariable? result, PtxVariable[] arguments)
    {
        int[] sizes = name switch { "vprintf" => [8, 8], "__assertfail" => [8, 8, 4, 8, 8], _ => throw _at.Error(PtxErrorKind.Symbol, $"The function '{name}' is not defined.") };
        if (!sizes.AsSpan().SequenceEqual(Array.ConvertAll(arguments, argument => (int)argument.Bytes)) || result is { Bytes: < 4 })
            throw Bad($"the arguments of '{name}' do not have the sizes of its declaration");
        var e = Emit(name == "vprintf" ? H(&ControlOps.Print) : H(&ControlOps.AssertFail), ControlClass);
        e.List = [.. arguments.Select(argument => new Ref(RefKind.Literal, LocalOffset(argument)))];
        e.D = new Ref(RefKind.Literal, result is null ? -1 : LocalOffset(result));
    }

    private (Ref First, Ref Second) Pair(PtxOperand operand, PtxType type)
    {
        if (operand.Kind != OperandKind.Pair) return (operand.IsSink ? Ref.None : Register(operand, type.Size(), RefKind.Define), Ref.None);
        var first = operand.Items[0].IsSink ? Ref.None : Register(operand.Items[0], type.Size(), RefKind.Define);
        return (first, PredicateOut(operand.Items[1]));
    }

    private void DecodeBarrier()
    {
        if (_mods.Take("cta"))
        {
        }

        if (_mods.Take("warp"))
        {
            _mods.Require("sync");
            Operands(1);
            Emit(H(&WarpOps.SyncWarp), InstructionClass.Barrier).A = In(0, PtxType.B32);
            return;
        }

        string what = _mods.Require("sync", "arrive", "red");
        _mods.Take("aligned");
        var e = Emit(H(&WarpOps.Barrier), InstructionClass.Barrier);
        if (what != "red")
        {
            int most = _at.Operands.Length;
            if (most is 0 or > 2 || (what == "arrive" && most != 2)) throw Bad($"'{_at.FullOpcode}' has {most} operands");
            e.A = In(0, PtxType.U32);
            if (most == 2) e.B = In(1, PtxType.U32);
            e.Mode = what == "sync" ? BarrierMode.Sync : BarrierMode.Arrive;
            return;
        }

        string op = _mods.Require("popc", "and", "or");
        var type = op == "popc" ? _mods.Type(PtxType.U32) : _mods.Type(PtxType.Pred);
        bool counted = _at.Operands.Length == 4;
        Operands(counted ? 4 : 3);
        e.D = op == "popc" ? Out(0, type) : PredicateOut(Operand(0));
        e.A = In(1, PtxType.U32);
        if (counted) e.B = In(2, PtxType.U32);
        e.C = PredicateIn(counted ? 3 : 2, out bool negated);
        e.Aux = negated ? -1 : 0;
        e.Mode = op switch { "popc" => BarrierMode.Popc, "and" => BarrierMode.And, _ => BarrierMode.Or };
        if (e.D.Kind == RefKind.None) throw Bad("the result of a reducing barrier needs a register");
    }

    private void DecodeVote()
    {
        bool sync = _mods.Take("sync");
        string what = _mods.Require("all", "any", "uni", "ballot");
        bool ballot = what == "ballot";
        if (ballot) _mods.Type(PtxType.B32);
        else _mods.Type(PtxType.Pred);
        Operands(sync ? 3 : 2);
        var e = Emit(H(&WarpOps.Vote), InstructionClass.Warp);
        e.D = ballot ? Out(0, PtxType.B32) : PredicateOut(Operand(0));
        e.A = PredicateIn(1, out bool negated);
        if (sync) e.B = In(2, PtxType.B32);
        e.Aux = (negated ? 1 : 0) | (sync ? 2 : 0);
        e.Mode = what switch { "all" => 0, "any" => 1, "uni" => 2, _ => 3 };
    }

    private void DecodeMatch()
    {
        string what = _mods.Require("any", "all");
        _mods.Require("sync");
        var type = _mods.Type(PtxType.B32, PtxType.B64);
        Operands(3);
        var e = Emit(type == PtxType.B64 ? H(&WarpOps.Match<ulong>) : H(&WarpOps.Match<uint>), InstructionClass.Warp);
        (e.D, e.E) = Pair(Operand(0), PtxType.B32);
        if (e.D.Kind == RefKind.None || (what == "any" && e.E.Kind != RefKind.None)) throw Bad("match has a register as result, match.all also a predicate");
        e.A = In(1, type);
        e.B = In(2, PtxType.B32);
        e.Mode = what == "all" ? 1 : 0;
    }

    private void DecodeShuffle()
    {
        bool sync = _mods.Take("sync");
        int mode = _mods.Require("up", "down", "bfly", "idx") switch { "up" => WarpOps.Up, "down" => WarpOps.Down, "bfly" => WarpOps.Butterfly, _ => WarpOps.Index };
        _mods.Type(PtxType.B32);
        Operands(sync ? 5 : 4);
        var e = Emit(H(&WarpOps.Shuffle), InstructionClass.Warp);
        (e.D, e.E) = Pair(Operand(0), PtxType.B32);
        if (e.D.Kind == RefKind.None) throw Bad("a shuffle has a register as result");
        e.A = In(1, PtxType.B32);
        e.B = In(2, PtxType.B32);
        e.C = In(3, PtxType.B32);
        e.Mode = mode;
        if (sync) e.List = [In(4, PtxType.B32)];
        e.Aux = sync ? 1 : 0;
    }

    private void DecodeReduce()
    {
        _mods.Require("sync");
        int mode = _mods.Require("add", "min", "max", "and", "or", "xor") switch { "add" => 0, "min" => 1, "max" => 2, "and" => 3, "or" => 4, _ => 5 };
        var type = mode < 3 ? _mods.Type(PtxType.U32, PtxType.S32) : _mods.Type(PtxType.B32);
        Operands(3);
        var e = Emit(H(&WarpOps.Reduce), InstructionClass.Warp);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = In(2, PtxType.B32);
        e.Mode = mode;
        e.Aux = type == PtxType.S32 ? 1 : 0;
    }
}
