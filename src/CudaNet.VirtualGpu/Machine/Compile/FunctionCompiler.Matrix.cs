using System.Globalization;
using CudaNet.VirtualGpu.Machine.Ops;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

internal sealed unsafe partial class FunctionCompiler
{
    private void DecodeMatrixAccess(bool load)
    {
        _mods.Require("sync");
        _mods.Require("aligned");
        _mods.Require("m8n8");
        int count = _mods.Require("x1", "x2", "x4")[1] - '0';
        bool transposed = _mods.Take("trans");
        var space = TakeSpace();
        _mods.Type(PtxType.B16);
        Operands(2);
        var items = VectorItems(Operand(load ? 0 : 1), count);
        var e = Emit(load ? H(&MatrixOps.LoadMatrix) : H(&MatrixOps.StoreMatrix), InstructionClass.Tensor);
        e.Mode = (int)Address(e, load ? 1 : 0, space);
        e.List = [.. items.Select(item => Register(item, 4, load ? RefKind.Define : RefKind.Use))];
        if (transposed) e.Aux |= 4;
    }

    private void DecodeMatrixProduct()
    {
        _mods.Require("sync");
        _mods.Require("aligned");
        string shape = _mods.Require("m16n8k4", "m16n8k8", "m16n8k16", "m16n8k32", "m8n8k4", "m8n8k16");
        _mods.Require("row");
        _mods.Require("col");
        bool saturate = _mods.Take("satfinite");
        var typeD = _mods.Type();
        var typeA = _mods.Type();
        var typeB = _mods.Type();
        var typeC = _mods.Type();
        int m = shape.StartsWith("m16", StringComparison.Ordinal) ? 16 : 8;
        int k = int.Parse(shape.AsSpan(shape.IndexOf('k') + 1), CultureInfo.InvariantCulture);
        bool known = (typeA, m, k) switch
        {
            (PtxType.F16 or PtxType.BF16, 16, 8 or 16) => typeB == typeA,
            (PtxType.TF32, 16, 4 or 8) => typeB == typeA,
            (PtxType.F64, 8, 4) or (PtxType.F64, 16, 4 or 8 or 16) => typeB == typeA,
            (PtxType.S8 or PtxType.U8, 16, 16 or 32) or (PtxType.S8 or PtxType.U8, 8, 16) => typeB is PtxType.S8 or PtxType.U8,
            _ => false,
        };
        bool sums = typeA switch
        {
            PtxType.F64 => typeD == PtxType.F64 && typeC == PtxType.F64,
            PtxType.S8 or PtxType.U8 => typeD == PtxType.S32 && typeC == PtxType.S32,
            PtxType.F16 => typeD is PtxType.F32 or PtxType.F16 && typeC is PtxType.F32 or PtxType.F16,
            _ => typeD == PtxType.F32 && typeC == PtxType.F32,
        };
        if (!known || !sums || (saturate && typeA is not (PtxType.S8 or PtxType.U8)))
            throw _mods.Unknown($"mma of {shape} with .{typeD.Name()}.{typeA.Name()}.{typeB.Name()}.{typeC.Name()} is not known");
        Operands(4);
        int perRegister = typeA switch { PtxType.F16 or PtxType.BF16 => 2, PtxType.S8 or PtxType.U8 => 4, _ => 1 };
        int size = typeA == PtxType.F64 ? 8 : 4;
        int countA = m * k / 32 / perRegister, countB = 8 * k / 32 / perRegister;
        int countC = m / 4 / (typeC == PtxType.F16 ? 2 : 1), countD = m / 4 / (typeD == PtxType.F16 ? 2 : 1);
        nint run = typeA switch
        {
            PtxType.F64 => H(&MatrixOps.MultiplyDouble),
            PtxType.S8 or PtxType.U8 => H(&MatrixOps.MultiplyInteger),
            _ => H(&MatrixOps.MultiplySingle),
        };
        var e = Emit(run, InstructionClass.Tensor, 2 * m * 8 * k / 32);
        e.Tensor = true;
        e.List =
        [
            .. VectorItems(Operand(0), countD).Select(item => Register(item, size, RefKind.Define)),
            .. VectorItems(Operand(1), countA).Select(item => Register(item, size, RefKind.Use)),
            .. VectorItems(Operand(2), countB).Select(item => Register(item, size, RefKind.Use)),
            .. VectorItems(Operand(3), countC).Select(item => item.Kind == OperandKind.Name ? Register(item, size, RefKind.Use) : In(item, typeC == PtxType.F16 ? PtxType.B32 : typeC)),
        ];
        e.Mode = m | (k << 8);
        e.Aux = countD | (countA << 8) | (countB << 16);
        e.E = new Ref(RefKind.Literal, typeA switch { PtxType.BF16 => MatrixOps.InputBrain, PtxType.TF32 => MatrixOps.InputTf32, _ => MatrixOps.InputHalf });
        e.Target = typeA is PtxType.S8 or PtxType.U8
            ? (typeA == PtxType.S8 ? 1 : 0) | (typeB == PtxType.S8 ? 2 : 0) | (saturate ? 4 : 0)
            : (typeC == PtxType.F16 ? 1 : 0) | (typeD == PtxType.F16 ? 2 : 0);
    }
}
