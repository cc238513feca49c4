using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Ptx;
using static CudaNet.VirtualGpu.Machine.Ops.CompareOps;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private const InstructionClass CompareClass = InstructionClass.Compare;

    private static readonly string[] Comparisons =
        ["eq", "ne", "lt", "le", "gt", "ge", "lo", "ls", "hi", "hs", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"];

    private static nint CompareHandler<T, TOp>(bool set)
        where T : unmanaged
        where TOp : struct, ICompare<T> => set ? H(&Set<T, TOp>) : H(&SetP<T, TOp>);

    private static nint CompareHandler<T>(string op, bool set)
        where T : unmanaged => op switch
        {
            "eq" => CompareHandler<T, Eq<T>>(set),
            "ne" => CompareHandler<T, Ne<T>>(set),
            "lt" or "lo" => CompareHandler<T, Lt<T>>(set),
            "le" or "ls" => CompareHandler<T, Le<T>>(set),
            "gt" or "hi" => CompareHandler<T, Gt<T>>(set),
            "ge" or "hs" => CompareHandler<T, Ge<T>>(set),
            "equ" => CompareHandler<T, Equ<T>>(set),
            "neu" => CompareHandler<T, Neu<T>>(set),
            "ltu" => CompareHandler<T, Ltu<T>>(set),
            "leu" => CompareHandler<T, Leu<T>>(set),
            "gtu" => CompareHandler<T, Gtu<T>>(set),
            "geu" => CompareHandler<T, Geu<T>>(set),
            "num" => CompareHandler<T, Num<T>>(set),
            _ => CompareHandler<T, Nan<T>>(set),
        };

    private static nint HalfHandler<TOp>(bool packed)
        where TOp : struct, ICompare<float> => packed ? H(&SetPHalf2<TOp>) : H(&SetPHalf<TOp>);

    private static nint HalfHandler(string op, bool packed) => op switch
    {
        "eq" => HalfHandler<Eq<float>>(packed),
        "ne" => HalfHandler<Ne<float>>(packed),
        "lt" => HalfHandler<Lt<float>>(packed),
        "le" => HalfHandler<Le<float>>(packed),
        "gt" => HalfHandler<Gt<float>>(packed),
        "ge" => HalfHandler<Ge<float>>(packed),
        "equ" => HalfHandler<Equ<float>>(packed),
        "neu" => HalfHandler<Neu<float>>(packed),
        "ltu" => HalfHandler<Ltu<float>>(packed),
        "leu" => HalfHandler<Leu<float>>(packed),
        "gtu" => HalfHandler<Gtu<float>>(packed),
        "geu" => HalfHandler<Geu<float>>(packed),
        "num" => HalfHandler<Num<float>>(packed),
        _ => HalfHandler<Nan<float>>(packed),
    };

    private void DecodeSet(bool toPredicate)
    {
        string op = _mods.Require(Comparisons);
        int mode = _mods.TakeAny("and", "or", "xor") switch { "and" => And, "or" => Or, "xor" => Xor, _ => 0 };
        mode |= _mods.Flag("ftz", Ftz);
        var target = toPredicate ? PtxType.Pred : _mods.Type(PtxType.U32, PtxType.S32, PtxType.F32);
        if (target == PtxType.F32) mode |= FloatResult;
        var type = _mods.Type();
        bool unsignedOp = op is "lo" or "ls" or "hi" or "hs", floatOp = Array.IndexOf(Comparisons, op) >= 10;
        if (floatOp && !type.IsFloat()) throw _mods.Unsupported(type);
        if (unsignedOp && type is not (PtxType.U16 or PtxType.U32 or PtxType.U64)) throw _mods.Unsupported(type);
        if (type is PtxType.B16 or PtxType.B32 or PtxType.B64 && op is not ("eq" or "ne")) throw _mods.Unsupported(type);
        if ((mode & Ftz) != 0 && (!type.IsFloat() || type == PtxType.F64)) throw _mods.Unsupported(type);
        bool half = type is PtxType.F16 or PtxType.BF16 or PtxType.F16x2 or PtxType.BF16x2;
        if (type == PtxType.S16) mode |= Shift16;
        if (type is PtxType.BF16 or PtxType.BF16x2) mode |= BrainInput;
        nint run = type switch
        {
            PtxType.U16 or PtxType.B16 or PtxType.U32 or PtxType.B32 => CompareHandler<uint>(op, !toPredicate),
            PtxType.S16 or PtxType.S32 => CompareHandler<int>(op, !toPredicate),
            PtxType.U64 or PtxType.B64 => CompareHandler<ulong>(op, !toPredicate),
            PtxType.S64 => CompareHandler<long>(op, !toPredicate),
            PtxType.F32 => CompareHandler<float>(op, !toPredicate),
            PtxType.F64 => CompareHandler<double>(op, !toPredicate),
            _ when half && toPredicate => HalfHandler(op, IsPacked(type)),
            _ => throw _mods.Unsupported(type),
        };
        bool combines = (mode & CombineMask) != 0;
        Operands(combines ? 4 : 3);
        var e = Emit(run, CompareClass);
        if (!toPredicate)
        {
            e.D = Out(0, target);
        }
        else if (Operand(0).Kind == OperandKind.Pair)
        {
            e.D = PredicateOut(Operand(0).Items[0]);
            e.E = PredicateOut(Operand(0).Items[1]);
        }
        else
        {
            e.D = PredicateOut(Operand(0));
        }

        e.A = In(1, type);
        e.B = In(2, type);
        if (combines)
        {
            e.C = PredicateIn(3, out bool negated);
            if (negated) mode |= NegateC;
        }

        e.Mode = mode;
    }

    private void DecodeSelect()
    {
        var type = _mods.Type();
        if (type.Size() is < 2 or > 8 || type == PtxType.Pred) throw _mods.Unsupported(type);
        Operands(4);
        var e = Emit(type.Size() == 8 ? H(&Select64) : H(&Select32), CompareClass);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = In(2, type);
        e.C = PredicateIn(3, out bool negated);
        e.Mode = negated ? -1 : 0;
    }

    private void DecodeSelectBySign()
    {
        int mode = _mods.Flag("ftz", 2);
        var type = _mods.Type();
        var sign = _mods.Type(PtxType.S32, PtxType.F32);
        if (type.Size() is < 2 or > 8 || type == PtxType.Pred) throw _mods.Unsupported(type);
        Operands(4);
        var e = Emit(type.Size() switch { 8 => H(&SelectBySign<ulong>), 4 => H(&SelectBySign<uint>), _ => H(&SelectBySign<ushort>) }, CompareClass);
        e.D = Out(0, type);
        e.A = In(1, type);
        e.B = In(2, type);
        e.C = In(3, sign);
        e.Mode = mode | (sign == PtxType.F32 ? 1 : 0);
    }
}
