using System.Numerics;
using CudaNet.Cpu.Simd;

namespace CudaNet.Cpu.Attention;

/// <summary>Neighbouring keys, from a whole panel on.</summary>
internal readonly record struct KeyRun(int First, int End)
{
    public int Count => End - First;
}

/// <summary>What queries see: window and visible blocks.</summary>
internal readonly unsafe struct AttentionSight
{
    private readonly AttentionWindow _window;
    private readonly bool _hasWindow;
    private readonly HeadStrides _blocks;
    private readonly int _size;
    private readonly int _panel;

    /// <param name="problem">The attention.</param>
    /// <param name="panel">Keys of a panel: runs begin at its multiples.</param>
    public AttentionSight(AttentionProblem problem, int panel)
    {
        var rule = problem.Rule;
        (_window, _hasWindow, _panel) = (problem.Window, rule.Left is not null || rule.Right is not null, panel);
        (_blocks, _size) = (problem.Blocks, (int)Math.Min(rule.BlockSize, int.MaxValue));
        MostRuns = _size == 0 ? 1 : problem.Shape.Keys / _size / 2 + 1;
    }

    /// <summary>Whether anything may be hidden.</summary>
    public bool HidesAny => _hasWindow || _size > 0;

    /// <summary>Runs that there are at most.</summary>
    public int MostRuns { get; }

    /// <summary>Keys that any of some queries sees.</summary>
    /// <param name="blocks">The head's visible blocks.</param>
    /// <param name="query">First query.</param>
    /// <param name="width">Queries.</param>
    /// <param name="runs">Room for <see cref="MostRuns"/>.</param>
    /// <returns>Number of runs.</returns>
    public int Find(byte* blocks, int query, int width, KeyRun* runs)
    {
        var (first, end) = _window.Range(query, query + width);
        if (first == end) return 0;
        if (_size == 0)
        {
            runs[0] = new(first / _panel * _panel, end);
            return 1;
        }
        var count = 0;
        for (var block = first / _size; block <= (end - 1) / _size; block++)
        {
            var seen = false;
            for (var row = query / _size; row <= (query + width - 1) / _size; row++) seen |= blocks[row * _blocks.Row + block * _blocks.Column] != 0;
            if (!seen) continue;
            int from = Math.Max(first, block * _size) / _panel * _panel, to = (int)Math.Min(end, (block + 1L) * _size);
            if (count > 0 && from <= runs[count - 1].End) runs[count - 1] = runs[count - 1] with { End = to };
            else runs[count++] = new(from, to);
        }
        return count;
    }

    /// <summary>Sets scores that are not seen to −∞.</summary>
    /// <param name="scores">[count, 2·V.Count].</param>
    /// <param name="key">Key of the first row.</param>
    /// <param name="count">Keys.</param>
    /// <param name="blocks">The head's visible blocks.</param>
    /// <param name="query">Query of the first lane.</param>
    /// <param name="width">Queries.</param>
    public void Hide<V, T>(T* scores, int key, int count, byte* blocks, int query, int width)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (_hasWindow) _window.Mask<V, T>(scores, key, count, query);
        for (var row = query / Math.Max(1, _size); _size > 0 && row <= (query + width - 1) / _size; row++)
        {
            int left = Math.Max(0, row * _size - query), right = (int)Math.Min(width, (row + 1L) * _size - query);
            for (var block = key / _size; block <= (key + count - 1) / _size; block++)
            {
                if (blocks[row * _blocks.Row + block * _blocks.Column] != 0) continue;
                int from = Math.Max(key, block * _size), to = (int)Math.Min(key + count, (block + 1L) * _size);
                for (var hidden = from; hidden < to; hidden++) new Span<T>(scores + (nint)(hidden - key) * 2 * V.Count + left, right - left).Fill(T.NegativeInfinity);
            }
        }
    }
}
