using CudaNet.Cpu.Gemm;
using CudaNet.Cpu.Threading;

namespace CudaNet.Cpu.Recurrence;

/// <summary>Runs a recurrent network over a sequence: a matrix product and a cell at each step.</summary>
/// <remarks>
/// <para>The weight is packed once for all steps. Threads share out the units: each keeps its part of the weight in its own cache,
/// multiplies a tile of all gates, and finishes it while it is in the first level: state and slopes never leave it half done. It also
/// packs what it has made for the next step's product, so that nothing is left to do between steps.</para>
/// <para>Every value is summed in the same order whatever the number of threads.</para>
/// </remarks>
internal static unsafe class SequenceRunner
{
    // A panel of the weight of this depth stays in the first level while rows pass by.
    private const int DepthBlock = 256;

    // Rows of a tile, in panels: its products stay in the first level, too.
    private const int RowPanels = 4;

    // Multiplications that are worth a second thread at each step.
    private const long WorkPerPart = 150_000;

    /// <summary>Runs all steps.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="weight">Value [0, 0] of the matrix that what the step before has made is multiplied with.</param>
    /// <param name="product">Elements of the weight from a product to the next.</param>
    /// <param name="across">Elements from a column to the next.</param>
    /// <param name="along">Elements from a row to the next: along the sum.</param>
    /// <param name="initial">What the first step multiplies, [batch, units]; null for zeros.</param>
    /// <param name="cell">What happens behind the product.</param>
    public static void Run<T, TKernel, TCell>(in SequenceShape shape, T* weight, nint product, nint across, nint along, T* initial, TCell cell)
        where T : unmanaged
        where TKernel : struct, IMicroKernel<T>
        where TCell : struct, IRecurrentCell<T>
    {
        if (shape.Batch == 0 || shape.Units == 0) return;
        int blocks = Parts(shape.Units, TKernel.Columns), rows = Parts(shape.Batch, TKernel.Rows) * TKernel.Rows, panels = shape.Products * blocks;
        long packed = (long)panels * TKernel.Columns * shape.Depth, operand = (long)rows * shape.Depth;
        using var scratch = Scratch.Rent((packed + 2 * operand) * sizeof(T));
        var job = new StepJob<T, TKernel, TCell>(shape, cell, (T*)scratch.Pointer, blocks);
        WorkerPool.ParallelFor(panels, Math.Max(1, 16384 / ((long)TKernel.Columns * shape.Depth)), new PackJob<T, TKernel>(shape, weight, product, across, along, (T*)scratch.Pointer, blocks));

        T* source = (T*)scratch.Pointer + packed, target = source + operand;
        if (initial != null)
        {
            for (var row = 0; row < shape.Batch; row += TKernel.Rows)
                GemmPacking.PackPanel(initial + (nint)row * shape.Units, shape.Units, 1, Math.Min(TKernel.Rows, shape.Batch - row), TKernel.Rows, shape.Units, source + (nint)row * shape.Depth);
        }
        long tasks = (long)blocks * Parts(shape.Batch, RowPanels * TKernel.Rows);
        long grain = Math.Max(1, WorkPerPart / Math.Max(1, (long)shape.Products * shape.Depth * TKernel.Columns * Math.Min(shape.Batch, RowPanels * TKernel.Rows)));
        for (var step = 0; step < shape.Steps; step++)
        {
            job.Time = shape.Time(step);
            job.Source = step == 0 && initial == null ? null : source;
            job.Target = step + 1 < shape.Steps || cell.Finishes ? target : null;
            WorkerPool.ParallelFor(tasks, grain, job);
            var made = target;
            target = source;
            source = made;
        }
        if (!cell.Finishes) return;
        job.Time = -1;
        job.Source = source;
        job.Target = null;
        WorkerPool.ParallelFor(tasks, grain, job);
    }

    private static int Parts(int count, int size) => (count + size - 1) / size;

    private readonly struct PackJob<T, TKernel>(SequenceShape shape, T* weight, nint product, nint across, nint along, T* packed, int blocks) : IRangeJob
        where T : unmanaged
        where TKernel : struct, IMicroKernel<T>
    {
        public void Execute(long start, long end, int worker)
        {
            for (var panel = (int)start; panel < end; panel++)
            {
                int unit = panel % blocks * TKernel.Columns, width = Math.Min(TKernel.Columns, shape.Units - unit);
                GemmPacking.PackPanel(weight + panel / blocks * product + unit * across, across, along, width, TKernel.Columns, shape.Depth, packed + (nint)panel * TKernel.Columns * shape.Depth);
            }
        }
    }

    private struct StepJob<T, TKernel, TCell>(SequenceShape shape, TCell cell, T* weights, int blocks) : IRangeJob
        where T : unmanaged
        where TKernel : struct, IMicroKernel<T>
        where TCell : struct, IRecurrentCell<T>
    {
        /// <summary>Time of the step; −1 for the product behind the last one.</summary>
        public int Time;

        /// <summary>What is multiplied, packed; null for zeros.</summary>
        public T* Source;

        /// <summary>Where what is made is packed; null if nobody needs it.</summary>
        public T* Target;

        public readonly void Execute(long start, long end, int worker)
        {
            var most = RowPanels * TKernel.Rows;
            nint size = (nint)most * TKernel.Columns;
            using var scratch = Scratch.Rent(shape.Products * size * sizeof(T));
            var products = (T*)scratch.Pointer;
            for (var task = start; task < end; task++)
            {
                int block = (int)(task % blocks), row = (int)(task / blocks) * most;
                int unit = block * TKernel.Columns, units = Math.Min(TKernel.Columns, shape.Units - unit), rows = Math.Min(most, shape.Batch - row);
                if (Source == null) new Span<T>(products, checked((int)(shape.Products * size))).Clear();
                else
                    for (var k = 0; k < shape.Products; k++)
                        Multiply(Source + (nint)row * shape.Depth, weights + ((nint)k * blocks + block) * TKernel.Columns * shape.Depth, products + k * size, rows, units);
                var tile = new CellTile(row, rows, unit, units, TKernel.Columns, size);
                if (Time < 0) cell.Finish(products, tile);
                else cell.Step(Time, products, tile);
                if (Target != null) Pack(tile);
            }
        }

        private readonly void Multiply(T* a, T* b, T* c, int rows, int units)
        {
            // Half a panel is enough for few units; what is read of the rest is packed as zeros.
            var columns = units <= TKernel.Columns / 2 ? TKernel.Columns / 2 : TKernel.Columns;
            for (var k = 0; k < shape.Depth; k += DepthBlock)
                for (var row = 0; row < rows; row += TKernel.Rows)
                    TKernel.Multiply(
                        Math.Min(DepthBlock, shape.Depth - k), a + (nint)row * shape.Depth + (nint)k * TKernel.Rows, b + (nint)k * TKernel.Columns, TKernel.Columns,
                        c + (nint)row * TKernel.Columns, TKernel.Columns, Math.Min(TKernel.Rows, rows - row), columns, Tile.One<T>(), k == 0 ? default : Tile.One<T>());
        }

        private readonly void Pack(in CellTile tile)
        {
            for (var segment = 0; segment < shape.Segments; segment++)
            {
                var made = cell.Operand(Time, segment) + tile.Unit;
                for (var row = tile.Row; row < tile.Row + tile.Rows; row += TKernel.Rows)
                    GemmPacking.PackPanel(made + row * cell.OperandStride, cell.OperandStride, 1, Math.Min(TKernel.Rows, shape.Batch - row), TKernel.Rows, tile.Units,
                        Target + (nint)row * shape.Depth + ((nint)segment * shape.Units + tile.Unit) * TKernel.Rows);
            }
        }
    }
}
