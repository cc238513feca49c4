using CudaNet.Models.Systems;
using CudaNet.Nn;
using CudaNet.Nn.Optimizers;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.2: a policy learned from an expert's moves, as AlphaStar began.</summary>
internal sealed class Imitation() : CourseSystem("01.imitation", "Imitation: a network copies a perfect player",
    "AlphaStar and OpenAI Five combine reinforcement with imitation and many agents.")
{
    public override void Run(SystemContext context)
    {
        var (agreement, policy, losses) = Clone(context);
        context.Out.WriteLine($"agrees with the expert in {agreement:P1} of all positions; loses {TicTacToe.AgainstAll(policy, TicTacToe.Moves).Lost} of all games");
        context.Draw("imitation.png", Pictures.Curves("Cloning a perfect player", "cross entropy", true, ("loss", losses)));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        yield return Figure.AtLeast("share of positions where the clone plays a move of the expert", Clone(context).Agreement, 0.95);
    }

    private static (double Agreement, Func<int[], int> Policy, double[] Losses) Clone(SystemContext context)
    {
        var positions = TicTacToe.Positions();
        var expert = positions.Select(TicTacToe.Best).ToArray();
        Tensor x = Boards(positions), y = Tensor.From([.. expert.Select(moves => (long)moves[0])]);
        var net = Learn.Mlp(context.Random(), () => new ReLU(), 18, 128, 128, 9);
        var losses = Learn.Epochs(net, new Adam(net.Parameters(), 2e-3), x, y, context.Pick(60, 40), 128, context.Seed).Select(epoch => epoch.TrainLoss).ToArray();
        int Move(int[] board)
        {
            var scores = net.Forward(Boards([board])).ToArray<float>();
            return TicTacToe.Moves(board).MaxBy(i => scores[i]);
        }
        var chosen = net.Forward(x).ToArray<float>().Chunk(9).Select((scores, k) => TicTacToe.Moves(positions[k]).MaxBy(i => scores[i])).ToArray();
        return (chosen.Zip(expert, (move, moves) => moves.Contains(move) ? 1.0 : 0).Average(), Move, losses);
    }

    /// <summary>Own stones and the opponent's, [n, 18].</summary>
    private static Tensor Boards(IReadOnlyList<int[]> boards) =>
        Tensor.From([.. boards.SelectMany(b => b.Select(v => v == TicTacToe.Player(b) ? 1f : 0).Concat(b.Select(v => v == -TicTacToe.Player(b) ? 1f : 0)))], [boards.Count, 18]);
}
