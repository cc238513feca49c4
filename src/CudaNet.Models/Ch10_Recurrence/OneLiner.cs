using CudaNet.Models.Systems;
using CudaNet.Nn;

namespace CudaNet.Models.Ch10_Recurrence;

/// <summary>Section 10.4.1: tf.keras.layers.LSTM(numUnits). The size of the input is taken from the first one.</summary>
internal sealed class OneLiner() : CourseSystem("10.lstm-one-liner", "A layer in one line", "tf.keras.layers.LSTM(numUnits) makes a layer of memory cells.")
{
    private const int NumUnits = 5;

    public override void Run(SystemContext context)
    {
        var layer = new KerasLstm(NumUnits);
        var x = context.Random().Normal([2, 7, 3]).Realize();
        context.Out.WriteLine($"new KerasLstm({NumUnits}) on {x.Shape} gives {layer.Forward(x).Shape}, the last state; with returnSequences {new KerasLstm(NumUnits, returnSequences: true).Forward(x).Shape}");
        var all = new KerasLstm(NumUnits, returnSequences: true).Forward(x);
        context.Draw("lstm-one-liner.png", new Plotting.ImageSheet("States of five units over seven steps", [Pictures.Grey(all.Select(0, 0).T, "first sequence"), Pictures.Grey(all.Select(0, 1).T, "second")], 2, 30));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var x = context.Random().Normal([2, 7, 3]).Realize();
        KerasLstm last = new(NumUnits, random: context.Random(1)), all = new(NumUnits, returnSequences: true, random: context.Random(1));
        yield return Figure.Holds("by default the result is [batch, units]", last.Forward(x).Shape == new Shape(2, NumUnits));
        yield return Figure.Holds("with returnSequences it is [batch, time, units]", all.Forward(x).Shape == new Shape(2, 7, NumUnits));
        yield return Figure.AtMost("the last of the sequence minus the default", Differences.Largest(all.Forward(x).Select(1, 6), last.Forward(x)), 0);
        yield return Figure.Equal("parameters: 4·((3 + 5)·5 + 2·5)", last.ParameterCount, 4 * ((3 + NumUnits) * NumUnits + 2 * NumUnits));
    }

    /// <summary>[batch, time, input] to the last state, or to all.</summary>
    private sealed class KerasLstm(int numUnits, bool returnSequences = false, RandomStream? random = null) : Module
    {
        private LSTM? _lstm;

        public override Tensor Forward(Tensor x)
        {
            _lstm ??= new(x.Shape[^1], numUnits, batchFirst: true, random: random);
            var y = _lstm.Forward(x);
            return returnSequences ? y : y.Select(1, x.Shape[1] - 1);
        }
    }
}
