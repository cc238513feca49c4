using CudaNet.VirtualGpu.Ptx;

namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>Gives registers their places in the frame; those that never live together share one.</summary>
/// <remarks>
/// A small frame stays in the processor's cache. Sharing is safe under divergence because every lane has its own storage and
/// each lane by itself follows a path of the flow graph.
/// </remarks>
internal sealed class RegisterAllocator
{
    // Above this many bits the sets cost more than they save; such a text is not a kernel anyone wrote.
    private const long MaxSetBits = 1L << 28;

    private readonly List<Emitted> _code;
    private readonly FlowGraph _graph;
    private readonly List<PtxType> _types;
    private readonly int _words;

    public RegisterAllocator(List<Emitted> code, FlowGraph graph, List<PtxType> types, int start)
    {
        _code = code;
        _graph = graph;
        _types = types;
        _words = (types.Count + 63) / 64;
        Offsets = new int[types.Count];
        FrameBytes = start;
        if ((long)types.Count * graph.Count > MaxSetBits)
        {
            for (int r = 0; r < types.Count; r++) Offsets[r] = Grow(SizeOf(types[r]));
            Pressure = 255;
        }
        else
        {
            Allocate();
        }

        FrameBytes = (FrameBytes + 127) & ~127;
    }

    public int[] Offsets { get; }

    public int FrameBytes { get; private set; }

    /// <summary>Most 32-bit registers that are alive at once.</summary>
    public int Pressure { get; private set; }

    // Predicates are one mask for the warp; a cache line each keeps vector accesses of neighbours aligned.
    private static int SizeOf(PtxType type) => type == PtxType.Pred ? 64 : type.Size() == 8 ? 256 : 128;

    private static int Units(PtxType type) => type == PtxType.Pred ? 0 : type.Size() == 8 ? 2 : 1;

    private int Grow(int bytes)
    {
        int at = FrameBytes;
        FrameBytes += bytes;
        return at;
    }

    private void Allocate()
    {
        var (liveIn, liveOut) = Liveness();
        var first = new int[_types.Count];
        var last = new int[_types.Count];
        Array.Fill(first, int.MaxValue);
        Array.Fill(last, -1);
        void Touch(int register, int at)
        {
            first[register] = Math.Min(first[register], at);
            last[register] = Math.Max(last[register], at);
        }

        for (int b = 0; b < _graph.Count; b++)
        {
            int start = _graph.First[b], end = _graph.First[b + 1];
            foreach (int register in Members(liveIn[b])) Touch(register, start);
            foreach (int register in Members(liveOut[b])) Touch(register, end);
            for (int i = start; i < end; i++)
                foreach (var operand in _code[i].Operands())
                    if (operand.IsRegister) Touch(operand.Id, i);
            MeasurePressure(b, liveOut[b]);
        }

        // Linear scan over the intervals.
        var order = Enumerable.Range(0, _types.Count).Where(register => last[register] >= 0).OrderBy(register => first[register]).ToArray();
        var active = new PriorityQueue<int, int>();
        var free = new Dictionary<int, Stack<int>>();
        foreach (int register in order)
        {
            while (active.TryPeek(out int old, out int end) && end <= first[register])
            {
                active.Dequeue();
                int size = SizeOf(_types[old]);
                if (!free.TryGetValue(size, out var stack)) free[size] = stack = new Stack<int>();
                stack.Push(Offsets[old]);
            }

            int bytes = SizeOf(_types[register]);
            Offsets[register] = free.TryGetValue(bytes, out var places) && places.Count > 0 ? places.Pop() : Grow(bytes);

            // A value that nothing reads still occupies its place while it is written.
            active.Enqueue(register, Math.Max(last[register], first[register] + 1));
        }
    }

    private IEnumerable<int> Members(ulong[] set)
    {
        for (int k = 0; k < set.Length; k++)
            for (ulong bits = set[k]; bits != 0; bits &= bits - 1)
                yield return (k * 64) + System.Numerics.BitOperations.TrailingZeroCount(bits);
    }

    private void MeasurePressure(int block, ulong[] liveOut)
    {
        var live = (ulong[])liveOut.Clone();
        int units = Members(live).Sum(register => Units(_types[register]));
        Pressure = Math.Max(Pressure, units);
        for (int i = _graph.First[block + 1] - 1; i >= _graph.First[block]; i--)
        {
            foreach (var operand in _code[i].Operands())
                if (operand.Kind == RefKind.Define && _code[i].Guard.Kind == RefKind.None && Remove(live, operand.Id)) units -= Units(_types[operand.Id]);
            foreach (var operand in _code[i].Operands())
                if (operand.Kind == RefKind.Use && Add(live, operand.Id)) units += Units(_types[operand.Id]);
            Pressure = Math.Max(Pressure, units);
        }
    }

    private static bool Add(ulong[] set, int id)
    {
        ulong bit = 1UL << (id & 63);
        bool added = (set[id >> 6] & bit) == 0;
        set[id >> 6] |= bit;
        return added;
    }

    private static bool Remove(ulong[] set, int id)
    {
        ulong bit = 1UL << (id & 63);
        bool removed = (set[id >> 6] & bit) != 0;
        set[id >> 6] &= ~bit;
        return removed;
    }

    private (ulong[][] In, ulong[][] Out) Liveness()
    {
        int count = _graph.Count;
        var use = new ulong[count][];
        var define = new ulong[count][];
        var liveIn = new ulong[count][];
        var liveOut = new ulong[count][];
        var predecessors = new List<int>[count];
        for (int b = 0; b < count; b++) predecessors[b] = [];
        for (int b = 0; b < count; b++)
        {
            (use[b], define[b], liveIn[b], liveOut[b]) = (new ulong[_words], new ulong[_words], new ulong[_words], new ulong[_words]);
            foreach (int next in _graph.Successors[b])
                if (next < count) predecessors[next].Add(b);
            for (int i = _graph.First[b]; i < _graph.First[b + 1]; i++)
            {
                foreach (var operand in _code[i].Operands())
                    if (operand.Kind == RefKind.Use && (define[b][operand.Id >> 6] >> (operand.Id & 63) & 1) == 0) Add(use[b], operand.Id);

                // A guarded write may leave the old value, so it needs it.
                foreach (var operand in _code[i].Operands())
                {
                    if (operand.Kind != RefKind.Define) continue;
                    if (_code[i].Guard.Kind == RefKind.None) Add(define[b], operand.Id);
                    else if ((define[b][operand.Id >> 6] >> (operand.Id & 63) & 1) == 0) Add(use[b], operand.Id);
                }
            }
        }

        var work = new Queue<int>(Enumerable.Range(0, count).Reverse());
        var queued = new bool[count];
        Array.Fill(queued, true);
        while (work.TryDequeue(out int b))
        {
            queued[b] = false;
            foreach (int next in _graph.Successors[b])
            {
                if (next >= count) continue;
                for (int k = 0; k < _words; k++) liveOut[b][k] |= liveIn[next][k];
            }

            bool changed = false;
            for (int k = 0; k < _words; k++)
            {
                ulong value = use[b][k] | (liveOut[b][k] & ~define[b][k]);
                changed |= value != liveIn[b][k];
                liveIn[b][k] = value;
            }

            if (!changed) continue;
            foreach (int before in predecessors[b])
            {
                if (queued[before]) continue;
                queued[before] = true;
                work.Enqueue(before);
            }
        }

        return (liveIn, liveOut);
    }
}
