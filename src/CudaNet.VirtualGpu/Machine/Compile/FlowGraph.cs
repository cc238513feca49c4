namespace CudaNet.VirtualGpu.Machine.Compile;

/// <summary>Basic blocks of a function and where divergent paths meet: at immediate post-dominators.</summary>
internal sealed class FlowGraph
{
    private readonly int[] _blockOf;

    public FlowGraph(List<Emitted> code, int[] starts)
    {
        int count = code.Count;
        var leader = new bool[count + 1];
        leader[0] = true;
        for (int i = 0; i < count; i++)
        {
            foreach (int target in code[i].Targets) leader[starts[target]] = true;
            if (code[i].Ends) leader[i + 1] = true;
        }

        _blockOf = new int[count];
        List<int> first = [];
        for (int i = 0; i < count; i++)
        {
            if (leader[i]) first.Add(i);
            _blockOf[i] = first.Count - 1;
        }

        First = [.. first, count];
        Successors = new int[first.Count][];
        for (int b = 0; b < first.Count; b++)
        {
            int last = First[b + 1] - 1;
            List<int> next = [];
            foreach (int target in code[last].Targets)
                if (!next.Contains(_blockOf[starts[target]])) next.Add(_blockOf[starts[target]]);
            bool falls = !code[last].Ends || code[last].Guard.Kind != RefKind.None;
            if (falls && b + 1 < first.Count && !next.Contains(b + 1)) next.Add(b + 1);
            bool leaves = code[last].Ends && code[last].Targets.Length == 0;
            if (leaves || next.Count == 0) next.Add(first.Count);
            Successors[b] = [.. next];
        }

        PostDominators = ComputePostDominators();
    }

    /// <summary>First instruction of each block; one more entry with the number of instructions.</summary>
    public int[] First { get; }

    public int Count => First.Length - 1;

    /// <summary>Blocks that may follow. The number of blocks stands for the end of the function.</summary>
    public int[][] Successors { get; }

    public int[] PostDominators { get; }

    /// <summary>First instruction of the block at which the sides of a branch meet, −1 when only at the end.</summary>
    public int MeetingPoint(int instruction)
    {
        int block = PostDominators[_blockOf[instruction]];
        return block < 0 || block >= Count ? -1 : First[block];
    }

    /// <summary>Cooper, Harvey and Kennedy's algorithm on the reversed graph.</summary>
    private int[] ComputePostDominators()
    {
        int exit = Count;
        var predecessors = new List<int>[Count + 1];
        for (int b = 0; b <= Count; b++) predecessors[b] = [];
        for (int b = 0; b < Count; b++)
            foreach (int next in Successors[b]) predecessors[next].Add(b);

        // Post-order of the reversed graph from the end, without recursion.
        var order = new List<int>(Count + 1);
        var number = new int[Count + 1];
        Array.Fill(number, -1);
        var stack = new Stack<(int Block, int Next)>();
        var seen = new bool[Count + 1];
        stack.Push((exit, 0));
        seen[exit] = true;
        while (stack.Count > 0)
        {
            var (block, next) = stack.Pop();
            if (next < predecessors[block].Count)
            {
                stack.Push((block, next + 1));
                int before = predecessors[block][next];
                if (!seen[before])
                {
                    seen[before] = true;
                    stack.Push((before, 0));
                }

                continue;
            }

            number[block] = order.Count;
            order.Add(block);
        }

        var dominator = new int[Count + 1];
        Array.Fill(dominator, -1);
        dominator[exit] = exit;
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int k = order.Count - 2; k >= 0; k--)
            {
                int block = order[k], best = -1;
                foreach (int next in Successors[block])
                {
                    if (dominator[next] < 0) continue;
                    best = best < 0 ? next : Intersect(best, next, dominator, number);
                }

                if (dominator[block] == best) continue;
                dominator[block] = best;
                changed = true;
            }
        }

        return dominator;
    }

    private static int Intersect(int a, int b, int[] dominator, int[] number)
    {
        while (a != b)
        {
            while (number[a] < number[b]) a = dominator[a];
            while (number[b] < number[a]) b = dominator[b];
        }

        return a;
    }
}
