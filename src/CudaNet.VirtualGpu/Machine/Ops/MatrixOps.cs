using System.Numerics;
using System.Runtime.Intrinsics;
using CudaNet.VirtualGpu.Memory;
using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Ops;

/// <summary>Matrix products of a warp and the loads of their fragments.</summary>
/// <remarks>
/// All fragments follow one rule. With g = lane / 4, t = lane mod 4 and e elements in a register, register r of A holds row
/// g + 8·(r mod 2), columns e·t + 4e·(r / 2) and following (8 rows: row g, columns e·t + 4e·r); register r of B holds column g,
/// rows e·t + 4e·r and following; element v of C holds row g + 8·(v / 2), column 2t + v mod 2.
/// </remarks>
internal static unsafe class MatrixOps
{
    private static bool AllLanes(Warp w, Insn* i)
    {
        if (w.Exec == Warp.Full) return true;
        if (w.Block.Launch.Checks.Barriers)
            w.Block.Launch.Report(FindingKind.DivergentBarrier, w, i, BitOperations.TrailingZeroCount(w.Exec), $"Only lanes 0x{w.Exec:X8} take part in an instruction of the whole warp.");
        return false;
    }

    /// <summary>ldmatrix: Count matrices of 8 × 8 halves; Mode is the space, bit 2 of Aux transposes.</summary>
    public static void LoadMatrix(Warp w, Insn* i)
    {
        AllLanes(w, i);
        int count = i->Count;
        bool transposed = (i->Aux & 4) != 0;
        Access.Addresses(w, i->A, i->Imm, (i->Aux & Access.Address32) != 0);
        uint rows = count == 4 ? Warp.Full : (1u << (8 * count)) - 1;
        uint good = Access.Resolve(w, i, (Space)i->Mode, 16, AccessKind.Read, w.Exec & rows);
        for (int k = 0; k < count; k++)
        {
            uint* d = (uint*)(w.Regs + i->List[k]);
            for (uint m = w.Exec; m != 0; m &= m - 1)
            {
                int lane = BitOperations.TrailingZeroCount(m);
                int g = lane >> 2, t = lane & 3;
                if (transposed)
                {
                    int first = (8 * k) + (2 * t);
                    uint low = (good & (1u << first)) != 0 ? ((ushort*)w.Pointers[first])[g] : (ushort)0;
                    uint high = (good & (1u << (first + 1))) != 0 ? ((ushort*)w.Pointers[first + 1])[g] : (ushort)0;
                    d[lane] = low | (high << 16);
                }
                else
                {
                    int row = (8 * k) + g;
                    d[lane] = (good & (1u << row)) != 0 ? ((uint*)w.Pointers[row])[t] : 0;
                }
            }
        }
    }

    public static void StoreMatrix(Warp w, Insn* i)
    {
        AllLanes(w, i);
        int count = i->Count;
        bool transposed = (i->Aux & 4) != 0;
        Access.Addresses(w, i->A, i->Imm, (i->Aux & Access.Address32) != 0);
        uint rows = count == 4 ? Warp.Full : (1u << (8 * count)) - 1;
        uint good = Access.Resolve(w, i, (Space)i->Mode, 16, AccessKind.Write, w.Exec & rows);
        for (int k = 0; k < count; k++)
        {
            uint* a = (uint*)(w.Regs + i->List[k]);
            for (int lane = 0; lane < 32; lane++)
            {
                int g = lane >> 2, t = lane & 3;
                for (int half = 0; half < 2; half++)
                {
                    int row = (8 * k) + (transposed ? (2 * t) + half : g), column = transposed ? g : (2 * t) + half;
                    if ((good & (1u << row)) != 0) ((ushort*)w.Pointers[row])[column] = (ushort)(a[lane] >> (16 * half));
                }
            }
        }
    }

    /// <summary>Registers of a product in List: D, A, B, C. Mode packs M, K and the numbers of registers.</summary>
    private static (int M, int K, int D, int A, int B) Shape(Insn* i) =>
        (i->Mode & 0xFF, (i->Mode >> 8) & 0xFF, i->Aux & 0xFF, (i->Aux >> 8) & 0xFF, (i->Aux >> 16) & 0xFF);

    private static int Row(int m, int g, int r) => m == 16 ? g + (8 * (r & 1)) : g;

    private static int Column(int m, int e, int t, int r) => (e * t) + (4 * e * (m == 16 ? r >> 1 : r));

    /// <summary>Kinds of input of <see cref="MultiplySingle"/>, in E.</summary>
    public const int InputHalf = 0;
    public const int InputBrain = 1;
    public const int InputTf32 = 2;

    /// <summary>f16, bf16 or tf32 with f32 sums; Target 1 for f16 in C, 2 for f16 in D.</summary>
    public static void MultiplySingle(Warp w, Insn* i)
    {
        if (!AllLanes(w, i)) return;
        var (m, k, countD, countA, countB) = Shape(i);
        float* a = stackalloc float[16 * 16], b = stackalloc float[16 * 8], c = stackalloc float[16 * 8];
        int e = i->E == InputTf32 ? 1 : 2;
        for (int r = 0; r < countA; r++)
        {
            uint* x = (uint*)(w.Regs + i->List[countD + r]);
            for (int lane = 0; lane < 32; lane++) Unpack(x[lane], i->E, a + (Row(m, lane >> 2, r) * k) + Column(m, e, lane & 3, r), 1);
        }

        for (int r = 0; r < countB; r++)
        {
            uint* x = (uint*)(w.Regs + i->List[countD + countA + r]);
            for (int lane = 0; lane < 32; lane++) Unpack(x[lane], i->E, b + (Column(8, e, lane & 3, r) * 8) + (lane >> 2), 8);
        }

        bool halfC = (i->Target & 1) != 0, halfD = (i->Target & 2) != 0;
        for (int v = 0; v < m / 4; v++)
        {
            byte* x = w.Regs + i->List[countD + countA + countB + (halfC ? v / 2 : v)];
            for (int lane = 0; lane < 32; lane++)
                c[((lane >> 2) + (8 * (v / 2))) * 8 + (2 * (lane & 3)) + (v & 1)] = halfC ? SmallFloat.FromHalf((ushort)(((uint*)x)[lane] >> (16 * (v & 1)))) : ((float*)x)[lane];
        }

        for (int row = 0; row < m; row++)
        {
            var sum = Vector256.Load(c + (row * 8));
            for (int n = 0; n < k; n++) sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[(row * k) + n]), Vector256.Load(b + (n * 8)), sum);
            Vector256.Store(Vector256.ConditionalSelect(Vector256.Equals(sum, sum), sum, Vector256.Create(SmallFloat.CanonicalNaN32).AsSingle()), c + (row * 8));
        }

        for (int v = 0; v < m / 4; v++)
        {
            for (int lane = 0; lane < 32; lane++)
            {
                float value = c[((lane >> 2) + (8 * (v / 2))) * 8 + (2 * (lane & 3)) + (v & 1)];
                if (halfD) ((ushort*)(w.Regs + i->List[v / 2]))[(2 * lane) + (v & 1)] = SmallFloat.ToHalf(value);
                else ((float*)(w.Regs + i->List[v]))[lane] = value;
            }
        }
    }

    private static void Unpack(uint bits, int kind, float* to, int stride)
    {
        switch (kind)
        {
            case InputTf32:
                to[0] = BitConverter.UInt32BitsToSingle(bits & 0xFFFFE000);
                break;
            case InputBrain:
                to[0] = BitConverter.UInt32BitsToSingle(bits << 16);
                to[stride] = BitConverter.UInt32BitsToSingle(bits & 0xFFFF0000);
                break;
            default:
                to[0] = SmallFloat.FromHalf((ushort)bits);
                to[stride] = SmallFloat.FromHalf((ushort)(bits >> 16));
                break;
        }
    }

    public static void MultiplyDouble(Warp w, Insn* i)
    {
        if (!AllLanes(w, i)) return;
        var (m, k, countD, countA, countB) = Shape(i);
        double* a = stackalloc double[16 * 16], b = stackalloc double[16 * 8], c = stackalloc double[16 * 8];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            for (int r = 0; r < countA; r++) a[(Row(m, g, r) * k) + Column(m, 1, t, r)] = ((double*)(w.Regs + i->List[countD + r]))[lane];
            for (int r = 0; r < countB; r++) b[(Column(8, 1, t, r) * 8) + g] = ((double*)(w.Regs + i->List[countD + countA + r]))[lane];
            for (int v = 0; v < m / 4; v++) c[((g + (8 * (v / 2))) * 8) + (2 * t) + (v & 1)] = ((double*)(w.Regs + i->List[countD + countA + countB + v]))[lane];
        }

        for (int row = 0; row < m; row++)
        {
            var sum = Vector512.Load(c + (row * 8));
            for (int n = 0; n < k; n++) sum = Vector512.FusedMultiplyAdd(Vector512.Create(a[(row * k) + n]), Vector512.Load(b + (n * 8)), sum);
            Vector512.Store(sum, c + (row * 8));
        }

        for (int lane = 0; lane < 32; lane++)
        {
            for (int v = 0; v < m / 4; v++)
                ((double*)(w.Regs + i->List[v]))[lane] = c[(((lane >> 2) + (8 * (v / 2))) * 8) + (2 * (lane & 3)) + (v & 1)];
        }
    }

    /// <summary>s8 and u8 with s32 sums. Target: 1 A signed, 2 B signed, 4 saturate.</summary>
    public static void MultiplyInteger(Warp w, Insn* i)
    {
        if (!AllLanes(w, i)) return;
        var (m, k, countD, countA, countB) = Shape(i);
        int* a = stackalloc int[16 * 32], b = stackalloc int[32 * 8], c = stackalloc int[16 * 8];
        for (int lane = 0; lane < 32; lane++)
        {
            int g = lane >> 2, t = lane & 3;
            for (int r = 0; r < countA; r++)
            {
                uint x = ((uint*)(w.Regs + i->List[countD + r]))[lane];
                for (int e = 0; e < 4; e++) a[(Row(m, g, r) * k) + Column(m, 4, t, r) + e] = (i->Target & 1) != 0 ? (sbyte)(x >> (8 * e)) : (byte)(x >> (8 * e));
            }

            for (int r = 0; r < countB; r++)
            {
                uint x = ((uint*)(w.Regs + i->List[countD + countA + r]))[lane];
                for (int e = 0; e < 4; e++) b[((Column(8, 4, t, r) + e) * 8) + g] = (i->Target & 2) != 0 ? (sbyte)(x >> (8 * e)) : (byte)(x >> (8 * e));
            }

            for (int v = 0; v < m / 4; v++) c[((g + (8 * (v / 2))) * 8) + (2 * t) + (v & 1)] = ((int*)(w.Regs + i->List[countD + countA + countB + v]))[lane];
        }

        for (int row = 0; row < m; row++)
        {
            var sum = Vector256<int>.Zero;
            for (int n = 0; n < k; n++) sum += Vector256.Create(a[(row * k) + n]) * Vector256.Load(b + (n * 8));
            for (int column = 0; column < 8; column++)
            {
                long total = (long)c[(row * 8) + column] + sum[column];
                c[(row * 8) + column] = (i->Target & 4) != 0 ? (int)Math.Clamp(total, int.MinValue, int.MaxValue) : (int)total;
            }
        }

        for (int lane = 0; lane < 32; lane++)
        {
            for (int v = 0; v < m / 4; v++)
                ((int*)(w.Regs + i->List[v]))[lane] = c[(((lane >> 2) + (8 * (v / 2))) * 8) + (2 * (lane & 3)) + (v & 1)];
        }
    }
}
