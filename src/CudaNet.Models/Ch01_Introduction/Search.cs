using CudaNet.Models.Systems;

namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Section 1.2: search and computing power, as in Deep Blue.</summary>
internal sealed class Search() : CourseSystem("01.search", "Search: alpha–beta plays noughts and crosses perfectly",
    "Deep Blue (1997) won by optimised search and computing power.")
{
    public override void Run(SystemContext context)
    {
        for (var board = new int[9]; ; board = TicTacToe.Play(board, TicTacToe.Best(board)[0]))
        {
            context.Out.WriteLine(TicTacToe.Text(board) + "\n");
            if (TicTacToe.Moves(board).Length == 0) break;
        }
        context.Write("game.txt", TicTacToe.Text(new int[9]));
    }

    public override IEnumerable<Figure> Check(SystemContext context)
    {
        var visited = 0;
        yield return Figure.Equal("value of the empty board", TicTacToe.Value(new int[9], -2, 2, ref visited), 0);
        yield return Figure.AtMost("positions visited (549,946 without cuts)", visited, 100_000);
        var best = TicTacToe.Positions().ToDictionary(board => string.Join(",", board), board => TicTacToe.Best(board)[0]);
        yield return Figure.Equal("games lost against every possible play", TicTacToe.AgainstAll(board => best[string.Join(",", board)], TicTacToe.Moves).Lost, 0);
    }
}
