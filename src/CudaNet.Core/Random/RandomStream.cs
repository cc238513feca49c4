using CudaNet.Graphs;
using CudaNet.Ops;

namespace CudaNet;

/// <summary>
/// A stream of random numbers: a slot that holds its seed and the number of its next draw. A draw depends on these two
/// and on nothing else, so saving and restoring the slot continues the stream exactly, and a function that is compiled
/// gets the numbers that it would have got uncompiled.
/// </summary>
/// <remarks>Philox 4×32-10: 2⁶⁴ streams (seeds) of 2⁶⁴ draws of 2⁶⁶ words each. Outside of compiled functions it may be used
/// from several threads; which gets which draw is then a matter of chance.</remarks>
public sealed class RandomStream : State
{
    private static readonly Lazy<RandomStream> Global = new(static () => new(0));

    private readonly Lock _gate = new();
    private Node? _known; // the slot's value as _seed and _draw say it; another one was assigned by a plan or a checkpoint
    private long _seed, _draw;

    /// <summary>A stream from its beginning.</summary>
    /// <param name="seed">Which stream; equal seeds give equal numbers.</param>
    /// <param name="device">Where its numbers are drawn; the default device if null.</param>
    /// <param name="name">Its name in checkpoints.</param>
    public RandomStream(long seed, Device? device = null, string name = "") : base(Tensor.From([seed, 0L], [2], device), name) =>
        (_seed, _known) = (seed, Leaf());

    /// <summary>The stream of all draws that name neither a seed nor a stream. It begins with seed 0: a program gives the same numbers each time.</summary>
    public static RandomStream Default => Global.Value;

    /// <summary>Seed and number of the next draw.</summary>
    public (long Seed, long Draw) Position
    {
        get
        {
            lock (_gate)
            {
                Refresh();
                return (_seed, _draw);
            }
        }
    }

    /// <summary>Goes to the beginning of the stream of a seed.</summary>
    public void Seed(long seed) => Seek(seed, 0);

    /// <summary>Goes to a draw of the stream of a seed, as <see cref="Position"/> gave it.</summary>
    public void Seek(long seed, long draw)
    {
        lock (_gate)
        {
            (_seed, _draw) = (seed, draw);
            Store();
        }
    }

    /// <summary>Uniform numbers in [low, high).</summary>
    public Tensor Uniform(Shape shape, double low = 0, double high = 1, DType type = DType.Float32) => Draw.Uniform(Next(), shape, low, high, type);

    /// <summary>Normal numbers.</summary>
    public Tensor Normal(Shape shape, double mean = 0, double deviation = 1, DType type = DType.Float32) => Draw.Normal(Next(), shape, mean, deviation, type);

    /// <summary>Uniform integers in [low, high).</summary>
    public Tensor Integers(Shape shape, long low, long high, DType type = DType.Int64) => Draw.Integers(Next(), shape, low, high, type);

    /// <summary>True with a probability.</summary>
    public Tensor Bernoulli(Shape shape, double probability) => Draw.Bernoulli(Next(), shape, Tensor.Literal(probability, DType.Float32));

    /// <summary>True with probabilities given element by element.</summary>
    public Tensor Bernoulli(Tensor probabilities) => Draw.Bernoulli(Next(), probabilities.Shape, probabilities);

    /// <summary>The numbers 0 … count − 1 in random order, each order as likely as any other.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public Tensor Permutation(long count) => Draw.Permutation(Next(), count);

    /// <summary>Class numbers, drawn with replacement with probabilities along the last axis; these need not add up to 1.</summary>
    /// <param name="probabilities">[..., classes], not negative.</param>
    /// <param name="count">Numbers of each row, as a new last axis; one without an axis if null.</param>
    /// <exception cref="ShapeException">There are no classes, or the count is negative.</exception>
    public Tensor Categorical(Tensor probabilities, long? count = null) => Draw.Categorical(Next(), probabilities, count);

    /// <summary>Normal numbers, given that they lie in low … high.</summary>
    /// <exception cref="ShapeException">There is nothing between the bounds, or the deviation is not positive.</exception>
    public Tensor TruncatedNormal(Shape shape, double mean = 0, double deviation = 1, double low = -2, double high = 2, DType type = DType.Float32) =>
        Draw.TruncatedNormal(Next(), shape, mean, deviation, low, high, type);

    /// <summary>The state of one draw, i64 [seed, draw], and goes on to the next: what the random ops take as their input.</summary>
    /// <param name="device">Where to draw, if not on the stream's device; not in a compiled function.</param>
    public Tensor Next(Device? device = null)
    {
        if (Trace.Current is not null)
        {
            // The slot itself is the input, and the plan advances it at each call.
            var state = Value;
            Assign(state + Tensor.From([0L, 1L], [2], Device));
            return state;
        }
        lock (_gate)
        {
            Refresh();
            var state = Tensor.From([_seed, _draw], [2], device ?? Device);
            _draw++;
            Store();
            return state;
        }
    }

    private void Refresh()
    {
        var leaf = Leaf();
        if (leaf == _known) return;
        var values = new Tensor(leaf).ToArray<long>();
        (_seed, _draw, _known) = (values[0], values[1], leaf);
    }

    private void Store()
    {
        Assign(Tensor.From([_seed, _draw], [2], Device));
        _known = Leaf();
    }
}
