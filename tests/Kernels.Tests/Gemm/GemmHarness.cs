using System.Numerics;
using System.Runtime.InteropServices;
using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Simd;

namespace CudaNet.Tests.Gemm;

/// <summary>Runs a product on guarded memory and holds it against a naive float64 loop.</summary>
internal static unsafe class GemmHarness
{
    private const int Guard = 64;

    /// <summary>A shape with the given storage of A and B and a row stride of C that exceeds N by a padding.</summary>
    public static GemmShape Shape(int m, int n, int k, Storage a, Storage b, int padding = 0, int batch = 1, bool sharedB = false)
    {
        var (aRow, aColumn, aSize) = Strides(m, k, a);
        var (bRow, bColumn, bSize) = Strides(k, n, b);
        return new GemmShape(m, n, k)
        {
            Batch = batch,
            ARow = aRow,
            AColumn = aColumn,
            ABatch = aSize,
            BRow = bRow,
            BColumn = bColumn,
            BBatch = sharedB ? 0 : bSize,
            CRow = n + padding,
            CBatch = (nint)m * (n + padding),
        };
    }

    /// <summary>Runs the product and compares every element; checks guards, padding and the coverage by the epilogue.</summary>
    public static void Check<TA, TB, T>(GemmShape s, double alpha, double beta, double tolerance)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged, INumber<T>
    {
        var random = new Random(s.GetHashCode());
        nint sizeA = (Math.Abs(s.ABatch) * s.Batch) + 1, sizeB = (Math.Max(Math.Abs(s.BBatch), Math.Abs(s.BRow) * s.K + Math.Abs(s.BColumn) * s.N) * s.Batch) + 1;
        TA[] a = Values<TA>(random, sizeA);
        TB[] b = Values<TB>(random, sizeB);
        nint sizeC = s.CBatch * s.Batch;
        T[] c = new T[sizeC + (2 * Guard)];
        for (int i = 0; i < c.Length; i++) c[i] = T.CreateTruncating(random.Next(-9, 10));
        T[] before = [.. c];
        bool readsC = beta != 0;
        if (!readsC && typeof(T) == typeof(float))
            for (nint i = 0; i < sizeC; i++) c[Guard + i] = T.CreateTruncating(float.NaN);
        T[] start = [.. c];
        int[] visits = new int[sizeC];

        fixed (TA* pa = a)
        fixed (TB* pb = b)
        fixed (T* pc = c)
        fixed (int* pv = visits)
        {
            TA* originA = pa + Origin(s.M, s.ARow) + Origin(s.K, s.AColumn);
            TB* originB = pb + Origin(s.K, s.BRow) + Origin(s.N, s.BColumn);
            var epilogue = new Counting<T>(pc + Guard, s.CBatch, pv);
            MatrixProduct.RunMixed(s, originA, originB, pc + Guard, T.CreateTruncating(alpha), T.CreateTruncating(beta), epilogue);

            for (int batch = 0; batch < s.Batch; batch++)
            {
                for (int i = 0; i < s.M; i++)
                {
                    for (int j = 0; j < s.N; j++)
                    {
                        nint at = (batch * s.CBatch) + (i * s.CRow) + j;
                        double exact = 0, size = 0;
                        for (int k = 0; k < s.K; k++)
                        {
                            double term = Number(originA[(batch * s.ABatch) + (i * s.ARow) + (k * s.AColumn)]) * Number(originB[(batch * s.BBatch) + (k * s.BRow) + (j * s.BColumn)]);
                            exact += term;
                            size += Math.Abs(term);
                        }

                        double old = readsC ? beta * Number(before[Guard + at]) : 0;
                        exact = (alpha * exact) + old;
                        size = (Math.Abs(alpha) * size) + Math.Abs(old) + 1;

                        // The epilogue added 1 to the element once.
                        double actual = Number(c[Guard + at]) - 1;
                        if (!(Math.Abs(actual - exact) <= tolerance * size))
                            Assert.Fail($"{s}: C[{batch}, {i}, {j}] is {actual:R}, expected {exact:R}");
                        if (visits[at] != 1) Assert.Fail($"{s}: C[{batch}, {i}, {j}] seen {visits[at]} times by the epilogue");
                    }
                }
            }
        }

        for (nint i = 0; i < c.Length; i++)
        {
            nint inside = i - Guard;
            bool isPadding = inside < 0 || inside >= sizeC || (inside % s.CBatch % s.CRow) >= s.N;
            if (isPadding && !c[i].Equals(start[i])) Assert.Fail($"{s}: wrote outside C at {inside}");
        }
    }

    private static nint Origin(int size, nint stride) => stride < 0 ? (size - 1) * -stride : 0;

    private static (nint Row, nint Column, nint Size) Strides(int rows, int columns, Storage storage) => storage switch
    {
        Storage.RowMajor => (columns, 1, (nint)rows * columns),
        Storage.Transposed => (1, rows, (nint)rows * columns),
        Storage.Strided => ((3 * columns) + 1, 3, (nint)rows * ((3 * columns) + 1)),
        Storage.Reversed => (-columns, -1, (nint)rows * columns),
        _ => (0, 1, columns),
    };

    private static TValue[] Values<TValue>(Random random, nint count)
        where TValue : unmanaged
    {
        var values = new TValue[count];
        for (nint i = 0; i < count; i++) values[i] = Convert<TValue>(random);
        return values;
    }

    private static TValue Convert<TValue>(Random random)
        where TValue : unmanaged
    {
        double value = (random.NextDouble() * 2) - 1;
        if (typeof(TValue) == typeof(float)) return (TValue)(object)(float)value;
        if (typeof(TValue) == typeof(double)) return (TValue)(object)value;
        if (typeof(TValue) == typeof(Half)) return (TValue)(object)(Half)value;
        if (typeof(TValue) == typeof(ushort)) return (TValue)(object)(ushort)(BitConverter.SingleToUInt32Bits((float)value) >> 16);
        if (typeof(TValue) == typeof(BiasedByte)) return (TValue)(object)new BiasedByte((byte)random.Next(256));
        int whole = random.Next(-20, 21);
        return typeof(TValue) == typeof(int) ? (TValue)(object)whole : (TValue)(object)(long)whole;
    }

    private static double Number<TValue>(TValue value) => value switch
    {
        float x => x,
        double x => x,
        Half x => (double)x,
        ushort x => BitConverter.UInt32BitsToSingle((uint)x << 16),
        BiasedByte x => x.Value,
        int x => x,
        long x => x,
        _ => throw new NotSupportedException(),
    };

    private readonly struct Counting<T>(T* origin, nint batchStride, int* visits) : IGemmEpilogue<T>
        where T : unmanaged, INumber<T>
    {
        public void Apply(int batch, int row, int column, T* c, int rowStride, int rows, int columns)
        {
            nint start = (nint)(c - origin);
            if (start != (batch * batchStride) + ((nint)row * rowStride) + column) throw new InvalidOperationException("tile address and indices disagree");
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    Interlocked.Increment(ref visits[start + ((nint)i * rowStride) + j]);
                    c[((nint)i * rowStride) + j] += T.One;
                }
            }
        }
    }
}
