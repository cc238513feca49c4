namespace CudaNet.Onnx.Operators;

/// <summary>Recurrent networks, unrolled over the steps of their sequences.</summary>
internal static class Recurrent
{
    public static readonly Dictionary<string, Operator> Table = new(StringComparer.Ordinal)
    {
        ["GRU"] = c => Run(c, 3, Gru),
        ["LSTM"] = c => Run(c, 4, Lstm),
        ["RNN"] = c => Run(c, 1, Rnn),
    };

    /// <summary>One step of a layer in one direction.</summary>
    /// <param name="layer">Its weights and functions.</param>
    /// <param name="input">x·Wᵀ + its bias, [batch, gates · hidden].</param>
    /// <param name="h">The state.</param>
    /// <param name="cell">The cell's memory, of LSTM only.</param>
    private delegate (Tensor H, Tensor Cell) Step(Layer layer, Tensor input, Tensor h, Tensor cell);

    private static IReadOnlyList<Value> Run(NodeContext c, int gates, Step step)
    {
        string direction = c.Text("direction", "forward");
        int directions = direction == "bidirectional" ? 2 : 1;
        long hidden = c.Int("hidden_size", c.Input(2).Shape[^1]);
        bool batchFirst = c.Flag("layout");
        var x = batchFirst ? c.Input(0).Transpose(0, 1) : c.Input(0); // [steps, batch, features]
        var (steps, batch) = (x.Shape[0], x.Shape[1]);
        var lengths = c.Optional(4);
        var (outputs, lastH, lastCell) = (new Tensor[directions], new Tensor[directions], new Tensor[directions]);
        for (int d = 0; d < directions; d++)
        {
            bool backward = direction == "reverse" || d == 1;
            var layer = new Layer(c, d, gates, hidden);
            var bias = c.Optional(3)?.Select(0, d);
            var input = x.MatMul(c.Input(1).Select(0, d).T);
            if (bias is not null)
                input += bias.Narrow(0, 0, gates * hidden);
            layer.Bias = bias?.Narrow(0, gates * hidden, gates * hidden);
            var h = Initial(c, 5, d, batchFirst) ?? Tensor.Zeros([batch, hidden], x.DType, c.Device);
            var cell = gates == 4 ? Initial(c, 6, d, batchFirst) ?? Tensor.Zeros([batch, hidden], x.DType, c.Device) : h;
            var made = new Tensor[steps];
            for (long k = 0; k < steps; k++)
            {
                long t = backward ? steps - 1 - k : k;
                var (nextH, nextCell) = step(layer, input.Select(0, t), h, cell);
                if (lengths is not null)
                {
                    // Beyond an example's end its state stays, and its output is 0.
                    var alive = (lengths > t).Unsqueeze(1);
                    made[t] = alive.Where(nextH, 0);
                    (nextH, nextCell) = (alive.Where(nextH, h), alive.Where(nextCell, cell));
                }
                else
                {
                    made[t] = nextH;
                }
                (h, cell) = (nextH, nextCell);
            }
            (outputs[d], lastH[d], lastCell[d]) = (steps == 0 ? Tensor.Zeros([0, batch, hidden], x.DType, c.Device) : Tensor.Stack(made), h, cell);
        }
        var y = Tensor.Stack(outputs, 1); // [steps, directions, batch, hidden]
        var yH = Tensor.Stack(lastH);
        var yCell = Tensor.Stack(lastCell);
        return batchFirst
            ? [c.Like(y.Permute(2, 0, 1, 3)), c.Like(yH.Transpose(0, 1)), c.Like(yCell.Transpose(0, 1))]
            : [c.Like(y), c.Like(yH), c.Like(yCell)];
    }

    private static Tensor? Initial(NodeContext c, int input, int direction, bool batchFirst) => c.Optional(input)?.Select(batchFirst ? 1 : 0, direction);

    private static (Tensor H, Tensor Cell) Rnn(Layer layer, Tensor input, Tensor h, Tensor cell)
    {
        var next = layer.Activate(0, layer.Recur(input, h));
        return (next, next);
    }

    private static (Tensor H, Tensor Cell) Gru(Layer layer, Tensor input, Tensor h, Tensor cell)
    {
        long n = layer.Hidden;
        // Gates in the order update, reset, candidate.
        var r = layer.Recurrent;
        var both = input.Narrow(1, 0, 2 * n) + h.MatMul(r.Narrow(0, 0, 2 * n).T);
        if (layer.Bias is { } bias)
            both += bias.Narrow(0, 0, 2 * n);
        both = layer.Activate(0, both);
        var (update, reset) = (both.Narrow(1, 0, n), both.Narrow(1, n, n));
        var (rh, candidateBias) = (r.Narrow(0, 2 * n, n).T, layer.Bias?.Narrow(0, 2 * n, n));
        var recurrent = layer.LinearBeforeReset
            ? reset * (candidateBias is null ? h.MatMul(rh) : h.MatMul(rh) + candidateBias)
            : candidateBias is null ? (reset * h).MatMul(rh) : (reset * h).MatMul(rh) + candidateBias;
        var candidate = layer.Activate(1, input.Narrow(1, 2 * n, n) + recurrent);
        var next = (1 - update) * candidate + update * h;
        return (next, next);
    }

    private static (Tensor H, Tensor Cell) Lstm(Layer layer, Tensor input, Tensor h, Tensor cell)
    {
        long n = layer.Hidden;
        var all = layer.Recur(input, h);
        // Gates in the order input, output, forget, cell.
        Tensor Gate(int k) => all.Narrow(1, k * n, n);
        Tensor Peep(Tensor gate, int k, Tensor memory) => layer.Peepholes is { } p ? gate + p.Narrow(0, k * n, n) * memory : gate;
        var enter = layer.Activate(0, Peep(Gate(0), 0, cell));
        var forget = layer.InputForget ? 1 - enter : layer.Activate(0, Peep(Gate(2), 2, cell));
        var next = forget * cell + enter * layer.Activate(1, Gate(3));
        var leave = layer.Activate(0, Peep(Gate(1), 1, next));
        return (leave * layer.Activate(2, next), next);
    }

    private sealed class Layer
    {
        private readonly Func<Tensor, Tensor>[] _activations;
        private readonly double? _clip;

        public Layer(NodeContext c, int direction, int gates, long hidden)
        {
            (Hidden, Recurrent) = (hidden, c.Input(2).Select(0, direction));
            Peepholes = gates == 4 ? c.Optional(7)?.Select(0, direction) : null;
            InputForget = c.Flag("input_forget");
            LinearBeforeReset = c.Flag("linear_before_reset");
            _clip = c.Has("clip") ? c.Float("clip", 0) : null;
            string[] defaults = gates switch { 1 => ["Tanh"], 3 => ["Sigmoid", "Tanh"], _ => ["Sigmoid", "Tanh", "Tanh"] };
            string[] names = c.Texts("activations") ?? [.. defaults, .. defaults];
            float[] alphas = c.Floats("activation_alpha") ?? [], betas = c.Floats("activation_beta") ?? [];
            int first = direction * defaults.Length;
            if (names.Length < first + defaults.Length)
                throw c.Fail($"there are {names.Length} activations; there must be {defaults.Length} for each direction");
            _activations = [.. Enumerable.Range(first, defaults.Length).Select(k => Function(c, names[k], k < alphas.Length ? alphas[k] : null, k < betas.Length ? betas[k] : null))];
        }

        public long Hidden { get; }

        public Tensor Recurrent { get; }

        public Tensor? Bias { get; set; }

        public Tensor? Peepholes { get; }

        public bool InputForget { get; }

        public bool LinearBeforeReset { get; }

        public Tensor Activate(int k, Tensor x) => _activations[k](_clip is { } most ? x.Clamp(-most, most) : x);

        public Tensor Recur(Tensor input, Tensor h)
        {
            var sum = input + h.MatMul(Recurrent.T);
            return Bias is null ? sum : sum + Bias;
        }

        private static Func<Tensor, Tensor> Function(NodeContext c, string name, float? alpha, float? beta) => name switch
        {
            "Sigmoid" => x => x.Sigmoid(),
            "Tanh" => x => x.Tanh(),
            "Relu" => x => x.Relu(),
            "LeakyRelu" => x => x.LeakyRelu(alpha ?? 0.01f),
            "HardSigmoid" => x => (x * (alpha ?? 0.2f) + (beta ?? 0.5f)).Clamp(0, 1),
            "Elu" => x => x.Elu(alpha ?? 1),
            "Softsign" => x => x / (1 + x.Abs()),
            "Softplus" => x => x.Softplus(),
            "Affine" => x => x * (alpha ?? 1) + (beta ?? 0),
            "ScaledTanh" => x => (x * (beta ?? 1)).Tanh() * (alpha ?? 1),
            "ThresholdedRelu" => x => (x > (alpha ?? 1)).Where(x, 0),
            _ => throw c.Fail($"the activation \"{name}\" is unknown"),
        };
    }
}
