using CudaNet.Cpu.Random;

namespace CudaNet.Cpu.Attention;

/// <summary>Drops weights, or what flows back through them: element (row, key) by the number of its place in the draw.</summary>
internal readonly unsafe struct AttentionDropout(AttentionProblem problem)
{
    private readonly long _drawnKeys = problem.DrawnKeys, _firstKey = problem.FirstKey, _firstQuery = problem.FirstQuery, _queryRows = problem.QueryRows;
    private readonly int _heads = problem.Shape.Heads;

    // u ≥ p for u = k·2⁻²⁴ and p in Float32, as whole numbers.
    private readonly uint _least = (uint)Math.Ceiling((float)problem.Rule.Dropout * (double)(1 << 24));

    /// <summary>Whether anything is dropped.</summary>
    public bool DropsAny { get; } = problem.Rule.Dropout > 0;

    /// <summary>Words that <see cref="Apply"/> works in.</summary>
    public static int Words(int keys) => (keys + 3 + 3) & ~3;

    /// <summary>Zeros what is dropped and multiplies the rest.</summary>
    /// <param name="state">Seed and draw.</param>
    /// <param name="batch">Which sequence.</param>
    /// <param name="head">Query head.</param>
    /// <param name="query">Query of the first lane.</param>
    /// <param name="width">Queries.</param>
    /// <param name="key">Key of the first row.</param>
    /// <param name="count">Keys.</param>
    /// <param name="factor">1/(1 − p).</param>
    /// <param name="weights">[count, columns].</param>
    /// <param name="columns">Lanes of a row.</param>
    /// <param name="words">Room for <see cref="Words"/> numbers.</param>
    public void Apply<T>(long* state, long batch, long head, int query, int width, int key, int count, T factor, T* weights, int columns, uint* words)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var philox = new Philox(state[0], state[1]);
        for (var lane = 0; lane < width; lane++)
        {
            var first = ((batch * _heads + head) * _queryRows + _firstQuery + query + lane) * _drawnKeys + _firstKey + key;
            var skipped = (int)(first & 3);
            philox.Fill(words, first - skipped, skipped + count);
            var own = weights + lane;
            for (var k = 0; k < count; k++, own += columns) *own = words[skipped + k] >> 8 >= _least ? *own * factor : T.Zero;
        }
    }
}
