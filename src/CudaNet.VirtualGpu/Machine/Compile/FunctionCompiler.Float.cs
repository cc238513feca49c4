using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private static InstructionClass ClassOf(PtxType type) => type switch
    {
        PtxType.F64 => InstructionClass.Float64,
        PtxType.F32 => InstructionClass.Float32,
        _ => InstructionClass.Half,
    };

    private static int FlopsOf(PtxType type) => type is PtxType.F16x2 or PtxType.BF16x2 ? 2 : 1;

    private static bool IsPacked(PtxType type) => type is PtxType.F16x2 or PtxType.BF16x2;

    private static int BrainBit(PtxType type) => type is PtxType.BF16 or PtxType.BF16x2 ? Mode.Brain : 0;

    private void CheckHalf(PtxType type, int mode)
    {
        if (type is not (PtxType.F16 or PtxType.BF16 or PtxType.F16x2 or PtxType.BF16x2) || (mode & Mode.Rounding) != 0) throw _mods.Unsupported(type);
    }

    private void DecodeFloatBinary(string op, PtxType type, int mode)
    {
        nint run;
        switch (type)
        {
            case PtxType.F32:
                run = (op, mode) switch
                {
                    ("add", 0) => H(&Lanes.Vector2<float, FloatOps.VAdd>),
                    ("sub", 0) => H(&Lanes.Vector2<float, FloatOps.VSub>),
                    ("mul", 0) => H(&Lanes.Vector2<float, FloatOps.VMul>),
                    ("add", _) => H(&Lanes.ModalBinary<float, FloatOps.Add>),
                    ("sub", _) => H(&Lanes.ModalBinary<float, FloatOps.Sub>),
                    _ => H(&Lanes.ModalBinary<float, FloatOps.Mul>),
                };
                break;
            case PtxType.F64:
                if ((mode & ~Mode.Rounding) != 0) throw _mods.Unsupported(type);
                run = (op, mode) switch
                {
                    ("add", 0) => H(&Lanes.Vector2<double, FloatOps.VAdd64>),
                    ("sub", 0) => H(&Lanes.Vector2<double, FloatOps.VSub64>),
                    ("mul", 0) => H(&Lanes.Vector2<double, FloatOps.VMul64>),
                    ("add", _) => H(&Lanes.ModalBinary<double, FloatOps.Add>),
                    ("sub", _) => H(&Lanes.ModalBinary<double, FloatOps.Sub>),
                    _ => H(&Lanes.ModalBinary<double, FloatOps.Mul>),
                };
                break;
            default:
                CheckHalf(type, mode);
                mode |= BrainBit(type);
                run = (op, IsPacked(type)) switch
                {
                    ("add", false) => H(&Lanes.ModalBinary<ushort, Half16.Add>),
                    ("sub", false) => H(&Lanes.ModalBinary<ushort, Half16.Sub>),
                    (_, false) => H(&Lanes.ModalBinary<ushort, Half16.Mul>),
                    ("add", true) => H(&Lanes.Packed2<Half16.Add>),
                    ("sub", true) => H(&Lanes.Packed2<Half16.Sub>),
                    _ => H(&Lanes.Packed2<Half16.Mul>),
                };
                break;
        }

        Binary(run, type, ClassOf(type), mode, FlopsOf(type));
    }

    private void DecodeFmaInstruction()
    {
        int mode = _mods.Rounding() | _mods.Flag("ftz", Mode.Ftz) | _mods.Flag("sat", Mode.Saturate) | _mods.Flag("relu", Mode.Relu);
        DecodeFma(_mods.Type(), mode);
    }

    private void DecodeFma(PtxType type, int mode)
    {
        nint run;
        switch (type)
        {
            case PtxType.F32:
                if ((mode & Mode.Relu) != 0) throw _mods.Unsupported(type);
                run = mode == 0 ? H(&Lanes.Vector3<float, FloatOps.VFma>) : H(&Lanes.ModalTernary<float, FloatOps.Fma>);
                break;
            case PtxType.F64:
                if ((mode & ~Mode.Rounding) != 0) throw _mods.Unsupported(type);
                run = mode == 0 ? H(&Lanes.Vector3<double, FloatOps.VFma64>) : H(&Lanes.ModalTernary<double, FloatOps.Fma>);
                break;
            default:
                CheckHalf(type, mode);
                mode |= BrainBit(type);
                run = IsPacked(type) ? H(&Lanes.Packed3<Half16.Fma>) : H(&Lanes.ModalTernary<ushort, Half16.Fma>);
                break;
        }

        Ternary(run, type, ClassOf(type), mode, 2 * FlopsOf(type));
    }

    private void DecodeDiv()
    {
        bool approximate = _mods.TakeAny("approx", "full").Length > 0;
        int rounding = _mods.Rounding(), ftz = _mods.Flag("ftz", Mode.Ftz);
        var type = _mods.Type();
        if (type == PtxType.F32) Binary(H(&Lanes.ModalBinary<float, FloatOps.Div>), type, approximate ? InstructionClass.Special : ClassOf(type), rounding | ftz, 1);
        else if (type == PtxType.F64 && !approximate && ftz == 0) Binary(H(&Lanes.ModalBinary<double, FloatOps.Div>), type, ClassOf(type), rounding, 1);
        else if (IsArithmetic(type) && !approximate && (rounding | ftz) == 0) Binary(IntegerHandler("div", type), type, IntegerClass);
        else throw _mods.Unsupported(type);
    }

    private void DecodeRem()
    {
        var type = _mods.Type();
        if (!IsArithmetic(type)) throw _mods.Unsupported(type);
        Binary(IntegerHandler("rem", type), type, IntegerClass);
    }

    private void DecodeRoot(string op)
    {
        bool approximate = _mods.Take("approx");
        int mode = _mods.Rounding() | _mods.Flag("ftz", Mode.Ftz);
        var type = _mods.Type(PtxType.F32, PtxType.F64);
        nint run = (op, type) switch
        {
            ("rcp", PtxType.F32) => H(&Lanes.ModalUnary<float, FloatOps.Rcp>),
            ("rcp", _) => approximate ? H(&Lanes.ModalUnary<double, FloatOps.RcpUpper>) : H(&Lanes.ModalUnary<double, FloatOps.Rcp>),
            ("sqrt", PtxType.F32) => H(&Lanes.ModalUnary<float, FloatOps.Sqrt>),
            ("sqrt", _) => approximate ? throw _mods.Unsupported(type) : H(&Lanes.ModalUnary<double, FloatOps.Sqrt>),
            (_, PtxType.F32) => H(&Lanes.ModalUnary<float, FloatOps.Rsqrt>),
            _ => (mode & Mode.Ftz) != 0 ? H(&Lanes.ModalUnary<double, FloatOps.RsqrtUpper>) : H(&Lanes.ModalUnary<double, FloatOps.Rsqrt>),
        };
        if (op == "rsqrt" && !approximate) throw _mods.Unknown("rsqrt is .approx");
        if (type == PtxType.F64 && (mode & Mode.Ftz) != 0 && !approximate) throw _mods.Unsupported(type);
        Unary(run, type, approximate ? InstructionClass.Special : ClassOf(type), mode, 1);
    }

    private void DecodeSpecialFunction(string op)
    {
        if (!_mods.Take("approx")) throw _mods.Unknown($"{op} is .approx");
        int mode = _mods.Flag("ftz", Mode.Ftz);
        var type = _mods.Type();
        if (type == PtxType.F32)
        {
            nint run = op switch
            {
                "ex2" => H(&Lanes.ModalUnary<float, FloatOps.Ex2>),
                "lg2" => H(&Lanes.ModalUnary<float, FloatOps.Lg2>),
                "sin" => H(&Lanes.ModalUnary<float, FloatOps.Sin>),
                "cos" => H(&Lanes.ModalUnary<float, FloatOps.Cos>),
                _ => H(&Lanes.ModalUnary<float, FloatOps.Tanh>),
            };
            Unary(run, type, InstructionClass.Special, mode, 1);
            return;
        }

        CheckHalf(type, mode);
        mode |= BrainBit(type);
        nint half = (op, IsPacked(type)) switch
        {
            ("ex2", false) => H(&Lanes.ModalUnary<ushort, Half16.Ex2>),
            ("ex2", true) => H(&Lanes.Packed1<Half16.Ex2>),
            ("tanh", false) => H(&Lanes.ModalUnary<ushort, Half16.Tanh>),
            ("tanh", true) => H(&Lanes.Packed1<Half16.Tanh>),
            _ => throw _mods.Unsupported(type),
        };
        Unary(half, type, InstructionClass.Special, mode, FlopsOf(type));
    }

    /// <summary>neg, abs, min, max.</summary>
    private void DecodeFloatSimple(string op, PtxType type, int mode)
    {
        bool unary = op is "neg" or "abs";
        nint run;
        switch (type)
        {
            case PtxType.F32:
                run = op switch
                {
                    "neg" => H(&Lanes.ModalUnary<float, FloatOps.Neg>),
                    "abs" => H(&Lanes.ModalUnary<float, FloatOps.Abs>),
                    "min" => H(&Lanes.ModalBinary<float, FloatOps.Min>),
                    _ => H(&Lanes.ModalBinary<float, FloatOps.Max>),
                };
                break;
            case PtxType.F64:
                if (mode != 0) throw _mods.Unsupported(type);
                run = op switch
                {
                    "neg" => H(&Lanes.ModalUnary<double, FloatOps.Neg>),
                    "abs" => H(&Lanes.ModalUnary<double, FloatOps.Abs>),
                    "min" => H(&Lanes.ModalBinary<double, FloatOps.Min>),
                    _ => H(&Lanes.ModalBinary<double, FloatOps.Max>),
                };
                break;
            default:
                CheckHalf(type, mode);
                mode |= BrainBit(type);
                run = (op, IsPacked(type)) switch
                {
                    ("neg", false) => H(&Lanes.ModalUnary<ushort, Half16.Neg>),
                    ("abs", false) => H(&Lanes.ModalUnary<ushort, Half16.Abs>),
                    ("min", false) => H(&Lanes.ModalBinary<ushort, Half16.Min>),
                    (_, false) => H(&Lanes.ModalBinary<ushort, Half16.Max>),
                    ("neg", true) => H(&Lanes.Packed1<Half16.Neg>),
                    ("abs", true) => H(&Lanes.Packed1<Half16.Abs>),
                    ("min", true) => H(&Lanes.Packed2<Half16.Min>),
                    _ => H(&Lanes.Packed2<Half16.Max>),
                };
                break;
        }

        if (unary) Unary(run, type, ClassOf(type), mode, FlopsOf(type));
        else Binary(run, type, ClassOf(type), mode, FlopsOf(type));
    }

    private void DecodeCopySign()
    {
        var type = _mods.Type(PtxType.F32, PtxType.F64);
        Binary(type == PtxType.F32 ? H(&Lanes.ModalBinary<float, FloatOps.CopySign>) : H(&Lanes.ModalBinary<double, FloatOps.CopySign>), type, ClassOf(type));
    }

    private void DecodeTest()
    {
        string what = _mods.Require("finite", "infinite", "number", "notanumber", "normal", "subnormal");
        var type = _mods.Type(PtxType.F32, PtxType.F64);
        Operands(2);
        var e = Emit(type == PtxType.F32 ? H(&CompareOps.TestSingle) : H(&CompareOps.TestDouble), InstructionClass.Compare);
        e.D = PredicateOut(Operand(0));
        e.A = In(1, type);
        e.Mode = what switch { "finite" => 0, "infinite" => 1, "number" => 2, "notanumber" => 3, "normal" => 4, _ => 5 };
    }
}
