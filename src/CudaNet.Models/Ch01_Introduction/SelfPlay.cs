using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.2: self-play without any human game, as AlphaZero: a value net judges, a search improves it.</summary>
internal sealed class SelfPlay() : CourseSystem("01.self-play", "Self-play: a value net that never saw a game of others",
    "AlphaZero learned by playing against itself only.")
{
    public override void Run(SystemContext context)
    {
        var (policy, losses) = Train(context);
        var (lost, games) = TicTacToe.AgainstAll(policy, TicTacToe.Moves);
        context.Out.WriteLine($"after self-play: {lost} of {games} games lost against every possible play");
        context.Draw("self-play.png", Pictures.Curves("Value learned from its own games", "mean squared error", true, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var (policy, _) = Train(context);
        yield return Figure.Equal("games lost against perfect play", TicTacToe.AgainstAll(policy, TicTacToe.Best).Lost, 0);
        // Every reply is tried, so no random player can do what is not among these games.
        yield return Figure.Equal("games lost against every possible play", TicTacToe.AgainstAll(policy, TicTacToe.Moves).Lost, 0);
    }

    /// <summary>V(s) of the position after a move, for who made it; targets are −max V over the replies, as TD(0) of both sides.</summary>
    private static (Func<int[], int> Policy, double[] Losses) Train(SystemContext context)
    {
        const int batch = 512;
        var random = new Random((int)context.Seed);
        var net = Learn.Mlp(context.Random(), () => new ReLU(), 9, 96, 96, 1);
        var seen = new Dictionary<string, (int[] Board, int Mover)>();
        var losses = new List<double>();
        var optimizer = new Adam(net.Parameters(), 3e-3);
        float[] Values(List<(int[] Board, int Mover)> states) => states.Count == 0 ? [] :
            net.Forward(Tensor.From([.. states.SelectMany(s => s.Board.Select(v => (float)(v * s.Mover)))], [states.Count, 9])).Tanh().ToArray<float>();
        int Move(int[] board, double noise)
        {
            var moves = TicTacToe.Moves(board);
            if (random.NextDouble() < noise) return moves[random.Next(moves.Length)];
            var values = Values([.. moves.Select(m => (TicTacToe.Play(board, m), TicTacToe.Player(board)))]);
            return moves[Array.IndexOf(values, values.Max())];
        }
        const int rounds = 40;
        for (var round = 0; round < rounds; round++)
        {
            optimizer.LearningRate = 4e-3 * (1 - (double)round / rounds);
            for (var game = 0; game < 40; game++)
                for (var board = new int[9]; TicTacToe.Moves(board).Length > 0;)
                {
                    var mover = TicTacToe.Player(board);
                    board = TicTacToe.Play(board, Move(board, 0.5));
                    seen[string.Join(",", board)] = (board, mover);
                }
            for (var k = 0; k < 8; k++)
            {
                var states = seen.Values.OrderBy(_ => random.Next()).Take(batch).ToList();
                var target = Targets(states, Values);
                var x = Tensor.From([.. states.SelectMany(s => s.Board.Select(v => (float)(v * s.Mover)))], [states.Count, 9]);
                losses.Add(Learn.Steps(optimizer, 10, () => Loss.Mse(net.Forward(x).Tanh().Flatten(), target))[^1]);
            }
        }
        // The final player searches four moves ahead and asks the net there.
        var judged = new Dictionary<string, double>();
        double Worth(int[] board, int depth)
        {
            var moves = TicTacToe.Moves(board);
            if (moves.Length == 0) return TicTacToe.Winner(board) * TicTacToe.Player(board);
            if (depth > 0) return moves.Max(m => -Worth(TicTacToe.Play(board, m), depth - 1));
            var key = string.Join(",", board);
            return judged.TryGetValue(key, out var known) ? known : judged[key] = -Values([(board, -TicTacToe.Player(board))])[0];
        }
        int Play(int[] board) => TicTacToe.Moves(board).MaxBy(m => -Worth(TicTacToe.Play(board, m), 3));
        return (Play, [.. losses]);
    }

    private static Tensor Targets(List<(int[] Board, int Mover)> states, Func<List<(int[] Board, int Mover)>, float[]> values)
    {
        var replies = states.Select(s => TicTacToe.Moves(s.Board).Select(m => (Board: TicTacToe.Play(s.Board, m), Mover: -s.Mover)).ToList()).ToList();
        var all = values([.. replies.SelectMany(r => r)]);
        // The rules are known, so the end of a game is judged by them.
        foreach (var (reply, k) in replies.SelectMany(r => r).Select((r, k) => (r, k)))
            if (TicTacToe.Moves(reply.Board).Length == 0) all[k] = TicTacToe.Winner(reply.Board) * reply.Mover;
        var at = 0;
        return Tensor.From([.. states.Select((s, k) =>
        {
            var mine = all.AsSpan(at, replies[k].Count);
            at += replies[k].Count;
            return mine.IsEmpty ? (float)(TicTacToe.Winner(s.Board) * s.Mover) : -System.Numerics.Tensors.TensorPrimitives.Max<float>(mine);
        })]);
    }
}
