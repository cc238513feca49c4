using CudaNet.VirtualGpu;

namespace CudaNet.Tests;

/// <summary>The cells of recurrent networks against plain loops in f64: a first and a later step, all sequences within and some at their end.</summary>
[TestFixtureSource(typeof(KernelTypes), nameof(KernelTypes.Floats))]
public sealed class RecurrenceTests(string type)
{
    private const int Time = 2;
    private const double F32 = 1.0 / (1 << 24);

    // One unit, a tail, whole blocks, more than one block with a tail.
    private static readonly (int Batch, int Units)[] Shapes = [(1, 1), (3, 37), (4, 64), (7, 100)];

    [Test]
    public void An_LSTM_step_matches_f64([Values] bool first, [Values] bool ends)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends);
            double[] p = step.Random(4), x = step.Random(4, 2), h = step.Random(1), c = first ? step.Random(1) : step.Random(1, type: "f32");
            var carried = step.Carried(first ? null : c);
            var states = step.Output(6);
            step.Run("lstm_forward", step.Upload(p), step.Upload(x), step.Upload(h), first ? step.Upload(c) : DevicePointer.Null, carried, states, (long)step.Size, step.Lengths, Time, batch, units);

            var expected = new double[6 * step.Size];
            step.Each((i, row, within) =>
            {
                double[] a = [.. Enumerable.Range(0, 4).Select(k => p[step.Gate(4, k, i)] + x[step.Gate(4, k, i)])];
                double input = Sigmoid(a[0]), forget = Sigmoid(a[1]), candidate = Math.Tanh(a[2]), output = Sigmoid(a[3]), cell = within ? (forget * c[i]) + (input * candidate) : c[i];
                double[] made = within ? [output * Math.Tanh(cell), cell, input, forget, candidate, output] : [h[i], c[i], 0, 0, 0, 0];
                step.Put(expected, i, made);
            });
            step.Close(states, expected, 1, "states");
            step.CloseCarried(carried, expected[step.Size..(2 * step.Size)], 1, "carried cell");
        }
    }

    [Test]
    public void A_GRU_step_matches_f64([Values] bool first, [Values] bool ends)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends);
            double[] p = step.Random(3), x = step.Random(3, 2), bias = KernelBench.Random(type, units, 77), h = first ? step.Random(1) : step.Random(1, type: "f32");
            var carried = step.Carried(first ? null : h);
            var states = step.Output(5);
            step.Run("gru_forward", step.Upload(p), step.Upload(x), step.Upload(bias), first ? step.Upload(h) : DevicePointer.Null, carried, states, (long)step.Size, step.Lengths, Time, batch, units);

            var expected = new double[5 * step.Size];
            step.Each((i, row, within) =>
            {
                double A(int k) => p[step.Gate(3, k, i)] + x[step.Gate(3, k, i)];
                double r = Sigmoid(A(0)), z = Sigmoid(A(1)), m = p[step.Gate(3, 2, i)] + bias[i % units], n = Math.Tanh(x[step.Gate(3, 2, i)] + (r * m));
                step.Put(expected, i, within ? [((1 - z) * n) + (z * h[i]), r, z, n, m] : [h[i], 0, 0, 0, 0]);
            });
            step.Close(states, expected, 1, "states");
            step.CloseCarried(carried, expected[..step.Size], 1, "carried state");
        }
    }

    [Test]
    public void An_RNN_step_matches_f64([Values(0, 1, 5)] int activation, [Values] bool ends)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends);
            double[] p = step.Random(1), x = step.Random(1, 2), h = step.Random(1), expected = new double[step.Size];
            var states = step.Output(1);
            step.Run("rnn_forward", step.Upload(p), step.Upload(x), step.Upload(h), states, step.Lengths, activation, Time, batch, units);
            step.Each((i, row, within) => expected[i] = !within ? h[i] : activation switch { 0 => p[i] + x[i], 1 => Math.Max(0, p[i] + x[i]), _ => Math.Tanh(p[i] + x[i]) });
            step.Close(states, expected, 1, "states");
        }
    }

    [Test]
    public void The_gradient_of_an_LSTM_step_matches_f64([Values] bool first, [Values] bool ends)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends);
            double[] p = step.Random(1), s = step.Random(6), before = step.Random(1), up = step.Random(1), upCell = step.Random(1), keptCell = step.Random(1, type: "f32"), kept = step.Random(1, type: "f32");
            DevicePointer carriedCell = step.Carried(first ? null : keptCell), carried = ends ? step.Carried(first ? null : kept) : DevicePointer.Null;
            var gradient = step.Output(4);
            step.Run("lstm_backward", first ? DevicePointer.Null : step.Upload(p), step.Upload(s), step.Upload(before), step.Upload(up), step.Upload(upCell), carriedCell, carried, gradient, (long)step.Size, step.Lengths, Time, batch, units);

            double[] expected = new double[4 * step.Size], cell = new double[step.Size], hidden = new double[step.Size];
            step.Each((i, row, within) =>
            {
                double S(int k) => s[(k * step.Size) + i];
                double dh = up[i] + (first ? 0 : p[i] + (ends ? kept[i] : 0)), dc = upCell[i] + (first ? 0 : keptCell[i]), tanh = Math.Tanh(S(1));
                (cell[i], hidden[i]) = (dc, dh);
                if (!within) return;
                dc += dh * S(5) * (1 - (tanh * tanh));
                double[] d = [dc * S(4) * S(2) * (1 - S(2)), dc * before[i] * S(3) * (1 - S(3)), dc * S(2) * (1 - (S(4) * S(4))), dh * tanh * S(5) * (1 - S(5))];
                for (int k = 0; k < 4; k++) expected[step.Gate(4, k, i)] = d[k];
                (cell[i], hidden[i]) = (dc * S(3), 0);
            });
            // Slopes of values in −1…1 are up to 2, what comes from behind up to 6.
            step.Close(gradient, expected, 12, "gradient");
            step.CloseCarried(carriedCell, cell, 12, "carried cell");
            if (ends) step.CloseCarried(carried, hidden, 12, "carried state");
        }
    }

    [Test]
    public void The_gradient_of_a_GRU_step_matches_f64([Values] bool first, [Values] bool ends)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends);
            double[] p = step.Random(1), s = step.Random(5), before = step.Random(1), up = step.Random(1), kept = step.Random(1, type: "f32");
            DevicePointer carried = step.Carried(first ? null : kept), gradient = step.Output(4), operand = step.Output(3);
            step.Run("gru_backward", first ? DevicePointer.Null : step.Upload(p), step.Upload(s), step.Upload(before), step.Upload(up), carried, gradient, operand, (long)step.Size, step.Lengths, Time, batch, units);

            double[] expected = new double[4 * step.Size], multiplied = new double[3 * step.Size], hidden = new double[step.Size];
            step.Each((i, row, within) =>
            {
                double S(int k) => s[(k * step.Size) + i];
                double dh = hidden[i] = up[i] + (first ? 0 : p[i] + kept[i]);
                if (!within) return;
                double dn = dh * (1 - S(2)) * (1 - (S(3) * S(3))), dz = dh * (before[i] - S(3)) * S(2) * (1 - S(2)), dr = dn * S(4) * S(1) * (1 - S(1));
                double[] d = [dr, dz, dn, dn * S(1)];
                for (int k = 0; k < 4; k++) expected[step.Gate(4, k, i)] = d[k];
                for (int k = 0; k < 3; k++) multiplied[step.Gate(3, k, i)] = d[k == 2 ? 3 : k];
                hidden[i] = dh * S(2);
            });
            step.Close(gradient, expected, 12, "gradient");
            step.Close(operand, multiplied, 12, "operand");
            step.CloseCarried(carried, hidden, 12, "carried state");
        }
    }

    [Test]
    public void The_gradient_of_an_RNN_step_matches_f64([Values(0, 1, 5)] int activation, [Values] bool first, [Values] bool ends)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends);
            double[] p = step.Random(1), h = step.Random(1), up = step.Random(1), kept = step.Random(1, type: "f32"), expected = new double[step.Size], hidden = new double[step.Size];
            DevicePointer carried = ends ? step.Carried(first ? null : kept) : DevicePointer.Null, gradient = step.Output(1);
            step.Run("rnn_backward", first ? DevicePointer.Null : step.Upload(p), step.Upload(h), step.Upload(up), carried, gradient, step.Lengths, activation, Time, batch, units);
            step.Each((i, row, within) =>
            {
                double dh = up[i] + (first ? 0 : p[i] + (ends ? kept[i] : 0));
                if (within) expected[i] = dh * (activation switch { 0 => 1, 1 => h[i] > 0 ? 1 : 0, _ => 1 - (h[i] * h[i]) });
                else hidden[i] = dh;
            });
            step.Close(gradient, expected, 3, "gradient");
            if (ends) step.CloseCarried(carried, hidden, 3, "carried state");
        }
    }

    [Test]
    public void The_gradients_of_the_initial_states_are_the_last_product_and_what_was_carried([Values] bool hidden, [Values] bool cell)
    {
        foreach (var (batch, units) in Shapes)
        {
            using var step = new Problem(type, batch, units, ends: false);
            double[] p = step.Random(1), h = step.Random(1, type: "f32"), c = step.Random(1, type: "f32");
            var gradient = step.Output(cell ? 2 : 1);
            step.Run("recurrent_finish", step.Upload(p), hidden ? step.Carried(h) : DevicePointer.Null, cell ? step.Carried(c) : DevicePointer.Null, gradient, step.Size);
            step.Close(gradient, [.. p.Select((v, i) => v + (hidden ? h[i] : 0)), .. cell ? c : []], 1, "gradient");
        }
    }

    [Test]
    public void Memory_is_touched_in_whole_sectors_and_once()
    {
        using var step = new Problem(type, 4, 128, ends: false);
        var counters = step.Run("lstm_forward", step.Upload(step.Random(4)), step.Upload(step.Random(4)), step.Upload(step.Random(1)), step.Upload(step.Random(1)), step.Carried(null), step.Output(6), (long)step.Size, DevicePointer.Null, 0, 4, 128).Counters;
        Assert.That(counters.CoalescingPercent, Is.GreaterThanOrEqualTo(95));
        Assert.That(counters.GlobalBytesRead, Is.EqualTo((4 + 4 + 1) * step.Size * KernelBench.SizeOf(type)));
        Assert.That(counters.GlobalBytesWritten, Is.EqualTo((6 * step.Size * KernelBench.SizeOf(type)) + (4 * step.Size)));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>Memory of a step, its loops and its tolerance.</summary>
    private sealed class Problem(string type, int batch, int units, bool ends) : IDisposable
    {
        private readonly KernelBench _bench = new();
        private int _seed;

        public int Size => batch * units;

        // Row 0 ends before the step, row 1 just before it, the next one with it.
        private long[] LengthsOf => [.. Enumerable.Range(0, batch).Select(row => (long)row + Time - 1)];

        public DevicePointer Lengths => ends ? _bench.Upload(LengthsOf) : DevicePointer.Null;

        public double[] Random(int parts, double scale = 1, string? type = null) => KernelBench.Random(type ?? Type, parts * Size, ++_seed, scale);

        private string Type => type;

        public DevicePointer Upload(double[] values) => _bench.Upload(type, values);

        /// <summary>What is carried, in f32; null where the step must not read it.</summary>
        public DevicePointer Carried(double[]? values) => values is null ? _bench.Output("f32", Size) : _bench.Upload("f32", values);

        public DevicePointer Output(int parts) => _bench.Output(type, parts * Size);

        public LaunchResult Run(string entry, params ReadOnlySpan<KernelArgument> arguments) => _bench.Run(RecurrenceKernels.Units(entry, type, batch, units), arguments);

        public int Gate(int gates, int k, int i) => (i / units * gates * units) + (k * units) + (i % units);

        public void Each(Action<int, int, bool> body)
        {
            for (int i = 0; i < Size; i++) body(i, i / units, !ends || Time < LengthsOf[i / units]);
        }

        public void Put(double[] planes, int i, double[] values)
        {
            for (int k = 0; k < values.Length; k++) planes[(k * Size) + i] = values[k];
        }

        // σ and tanh of a sum of two up to 3 are wrong by 3·2⁻²⁴ for the sum and 8·2⁻²⁴ for the function; states and gradients are sums of
        // two products of up to three such: 64 units of f32, and the rounding of the type.
        public void Close(DevicePointer actual, double[] expected, double scale, string what) =>
            KernelBench.Close(_bench.Download(type, actual, expected.Length), expected, i => (64 * F32 * scale) + (KernelBench.Unit(type) * Math.Abs(expected[i])) + (type == "f16" ? Math.Pow(2, -25) : 0), $"{what}, {type} [{batch}, {units}]");

        public void CloseCarried(DevicePointer actual, double[] expected, double scale, string what) =>
            KernelBench.Close(_bench.Download("f32", actual, expected.Length), expected, _ => 64 * F32 * scale, $"{what}, {type} [{batch}, {units}]");

        public void Dispose() => _bench.Dispose();
    }
}
