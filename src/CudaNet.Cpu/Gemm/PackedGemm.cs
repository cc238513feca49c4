using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Gemm;

/// <summary>The general product: packed panels, cache blocking, register tiles, all cores.</summary>
/// <remarks>
/// <para>The scheme of Goto and van de Geijn (2008) as refined by BLIS: a panel of B [depth, Columns] stays in L1 while panels
/// of A pass by from a block in L2; blocks of both are packed once, by all threads together, then tiles of C are handed out
/// to whoever is free.</para>
/// <para>Every element of C is summed in the same order whatever the number of threads: results are the same bit for bit.</para>
/// </remarks>
internal static unsafe class PackedGemm
{
    // Below this many multiplications a second thread costs more than it brings.
    private const long ParallelFrom = 96L * 96 * 96;

    // The epilogue takes finished parts of C that are still in L2, in rows long enough that what it does once a row does not count.
    private const int EpilogueColumns = 256;

    /// <summary>C = α·A·B + β·C for one product.</summary>
    public static void Run<TA, TB, T, TEpilogue, TKernel>(in GemmShape shape, int batch, TA* a, TB* b, T* c, T alpha, T beta, TEpilogue epilogue)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
        where TKernel : struct, IMicroKernel<T>
    {
        int m = shape.M, n = shape.N, k = shape.K;
        var blocking = GemmBlocking.For<T>(m, n, k, TKernel.Rows, TKernel.Columns);
        long work = (long)m * n * k;

        // With few rows each value of B is used a few times only: reading it in place is cheaper than packing it.
        bool direct = typeof(TB) == typeof(T) && shape.BColumn == 1 && m <= 2 * TKernel.Rows;

        long bytesA = RoundUp((long)RoundUp(blocking.Rows, TKernel.Rows) * blocking.Depth * sizeof(T));
        long bytesB = (long)RoundUp(direct ? TKernel.Columns : blocking.Columns, TKernel.Columns) * blocking.Depth * sizeof(T);
        using var scratch = Scratch.Rent(bytesA + bytesB);
        var block = new GemmBlock<TA, TB, T>
        {
            A = a,
            B = b,
            C = c,
            PackedA = (T*)scratch.Pointer,
            PackedB = (T*)(scratch.Pointer + bytesA),
            ARow = shape.ARow,
            AColumn = shape.AColumn,
            BRow = shape.BRow,
            BColumn = shape.BColumn,
            CRow = shape.CRow,
            Batch = batch,
            Alpha = alpha,
            Direct = direct,
        };

        bool parallel = work >= ParallelFrom && WorkerPool.Threads > 1;
        for (int column = 0; column < n; column += blocking.Columns)
        {
            block.Column = column;
            block.Columns = Math.Min(blocking.Columns, n - column);
            for (int depth = 0; depth < k; depth += blocking.Depth)
            {
                block.Start = depth;
                block.Depth = Math.Min(blocking.Depth, k - depth);
                block.Beta = depth == 0 ? beta : Tile.One<T>();
                block.IsLast = depth + block.Depth == k;
                for (int row = 0; row < m; row += blocking.Rows)
                {
                    block.Row = row;
                    block.Rows = Math.Min(blocking.Rows, m - row);
                    block.PacksB = row == 0;
                    Pack<TA, TB, T, TKernel>(&block, parallel);
                    Multiply<TA, TB, T, TEpilogue, TKernel>(&block, blocking, parallel, epilogue);
                }
            }
        }
    }

    private static void Pack<TA, TB, T, TKernel>(GemmBlock<TA, TB, T>* block, bool parallel)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged
        where TKernel : struct, IMicroKernel<T>
    {
        int panelsA = Panels(block->Rows, TKernel.Rows), panelsB = block->PacksB ? Panels(block->Columns, TKernel.Columns) : 0;
        int total = panelsA + panelsB;

        // At least 16K elements a thread.
        long grain = parallel ? Math.Max(1, 16384 / (block->Depth * TKernel.Rows)) : total;
        WorkerPool.ParallelFor(total, grain, new PackJob<TA, TB, T, TKernel>(block, panelsA));
    }

    private static void Multiply<TA, TB, T, TEpilogue, TKernel>(GemmBlock<TA, TB, T>* block, GemmBlocking blocking, bool parallel, TEpilogue epilogue)
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
        where TKernel : struct, IMicroKernel<T>
    {
        int panelsA = Panels(block->Rows, TKernel.Rows), panelsB = Panels(block->Columns, TKernel.Columns);
        int rowBlocks = Panels(block->Rows, blocking.TileRows), columnBlocks = 1;
        if (parallel)
        {
            // Four tasks a thread even out what the panels do not divide. Columns are split first: the block of A stays shared.
            int wanted = 4 * WorkerPool.Threads;
            columnBlocks = Math.Clamp(Panels(wanted, rowBlocks), 1, Math.Max(1, panelsB / 4));
            if (rowBlocks * columnBlocks < wanted) rowBlocks = Math.Min(panelsA, Panels(wanted, columnBlocks));
            if (rowBlocks * columnBlocks < wanted) columnBlocks = Math.Min(panelsB, Panels(wanted, rowBlocks));
        }

        var job = new MultiplyJob<TA, TB, T, TEpilogue, TKernel>(block, epilogue, rowBlocks, columnBlocks, panelsA, panelsB);
        long tasks = (long)rowBlocks * columnBlocks;
        WorkerPool.ParallelChunks(tasks, parallel ? 1 : tasks, job);
    }

    private static int Panels(int count, int width) => (count + width - 1) / width;

    private static int RoundUp(int count, int width) => Panels(count, width) * width;

    private static long RoundUp(long bytes) => (bytes + 63) & ~63L;

    private readonly struct PackJob<TA, TB, T, TKernel>(GemmBlock<TA, TB, T>* block, int panelsA) : IRangeJob
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged
        where TKernel : struct, IMicroKernel<T>
    {
        public void Execute(long start, long end, int worker)
        {
            var g = block;
            for (int panel = (int)start; panel < end; panel++)
            {
                if (panel < panelsA)
                {
                    int row = panel * TKernel.Rows;
                    TA* source = g->A + ((g->Row + row) * g->ARow) + (g->Start * g->AColumn);
                    int width = Math.Min(TKernel.Rows, g->Rows - row);
                    GemmPacking.PackPanel(source, g->ARow, g->AColumn, width, TKernel.Rows, g->Depth, g->PackedA + ((nint)row * g->Depth));
                }
                else
                {
                    int column = (panel - panelsA) * TKernel.Columns, width = Math.Min(TKernel.Columns, g->Columns - column);
                    if (g->Direct && width == TKernel.Columns) continue;
                    TB* source = g->B + (g->Start * g->BRow) + ((g->Column + column) * g->BColumn);
                    T* packed = g->PackedB + (g->Direct ? 0 : (nint)column * g->Depth);
                    GemmPacking.PackPanel(source, g->BColumn, g->BRow, width, TKernel.Columns, g->Depth, packed);
                }
            }
        }
    }

    private readonly struct MultiplyJob<TA, TB, T, TEpilogue, TKernel>(
        GemmBlock<TA, TB, T>* block, TEpilogue epilogue, int rowBlocks, int columnBlocks, int panelsA, int panelsB) : IRangeJob
        where TA : unmanaged
        where TB : unmanaged
        where T : unmanaged
        where TEpilogue : struct, IGemmEpilogue<T>
        where TKernel : struct, IMicroKernel<T>
    {
        public void Execute(long start, long end, int worker)
        {
            for (long task = start; task < end; task++)
            {
                long rowBlock = task % rowBlocks, columnBlock = task / rowBlocks;
                Multiply(
                    (int)(rowBlock * panelsA / rowBlocks), (int)((rowBlock + 1) * panelsA / rowBlocks),
                    (int)(columnBlock * panelsB / columnBlocks), (int)((columnBlock + 1) * panelsB / columnBlocks));
            }
        }

        private void Multiply(int firstA, int lastA, int firstB, int lastB)
        {
            var g = block;
            int row = firstA * TKernel.Rows, rows = Math.Min(lastA * TKernel.Rows, g->Rows) - row;
            for (int next; firstB < lastB; firstB = next)
            {
                next = Math.Min(lastB, firstB + Math.Max(1, EpilogueColumns / TKernel.Columns));
                for (int panelB = firstB; panelB < next; panelB++) Multiply(firstA, lastA, panelB);
                if (!g->IsLast) continue;
                int column = firstB * TKernel.Columns, columns = Math.Min(next * TKernel.Columns, g->Columns) - column;
                epilogue.Apply(g->Batch, g->Row + row, g->Column + column, g->C + ((g->Row + row) * g->CRow) + g->Column + column, (int)g->CRow, rows, columns);
            }
        }

        private void Multiply(int firstA, int lastA, int panelB)
        {
            var g = block;
            nint depth = g->Depth;
            int column = panelB * TKernel.Columns, columns = Math.Min(TKernel.Columns, g->Columns - column);
            bool inPlace = g->Direct && columns == TKernel.Columns;
            T* b = inPlace ? (T*)g->B + (g->Start * g->BRow) + g->Column + column
                : g->Direct ? g->PackedB
                : g->PackedB + (column * depth);
            nint bStep = inPlace ? g->BRow : TKernel.Columns;
            for (int panelA = firstA; panelA < lastA; panelA++)
            {
                int row = panelA * TKernel.Rows, rows = Math.Min(TKernel.Rows, g->Rows - row);
                T* c = g->C + ((g->Row + row) * g->CRow) + g->Column + column;
                TKernel.Multiply(depth, g->PackedA + (row * depth), b, bStep, c, g->CRow, rows, columns, g->Alpha, g->Beta);
            }
        }
    }
}
