namespace CudaNet.Models.Ch01_Introduction;

/// <summary>Noughts and crosses, small enough to be searched to the end.</summary>
internal static class TicTacToe
{
    private static readonly int[][] Lines = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

    /// <summary>Who moves: 1 or −1; 1 begins.</summary>
    public static int Player(int[] board) => board.Sum() == 0 ? 1 : -1;

    /// <summary>Fields that are free; none when the game is over.</summary>
    public static int[] Moves(int[] board) => Winner(board) != 0 ? [] : [.. Enumerable.Range(0, 9).Where(i => board[i] == 0)];

    /// <summary>1 or −1 for who has a line; 0 for nobody.</summary>
    public static int Winner(int[] board) => Lines.Select(line => line.Sum(i => board[i])).Where(sum => Math.Abs(sum) == 3).Select(Math.Sign).FirstOrDefault();

    /// <summary>The board after a move.</summary>
    public static int[] Play(int[] board, int move)
    {
        var next = (int[])board.Clone();
        next[move] = Player(board);
        return next;
    }

    /// <summary>Value of a position for who moves, by alpha–beta: lines that cannot change the result are cut off.</summary>
    /// <param name="board">The position.</param>
    /// <param name="alpha">What the mover has already.</param>
    /// <param name="beta">What the opponent allows at most.</param>
    /// <param name="visited">Counts positions.</param>
    public static int Value(int[] board, int alpha, int beta, ref int visited)
    {
        visited++;
        var moves = Moves(board);
        if (moves.Length == 0) return Winner(board) * Player(board);
        foreach (var move in moves)
        {
            alpha = Math.Max(alpha, -Value(Play(board, move), -beta, -alpha, ref visited));
            if (alpha >= beta) break;
        }
        return alpha;
    }

    /// <summary>The best moves of a position.</summary>
    public static int[] Best(int[] board)
    {
        var visited = 0;
        var values = Moves(board).Select(move => (Move: move, Value: -Value(Play(board, move), -2, 2, ref visited))).ToArray();
        return [.. values.Where(v => v.Value == values.Max(w => w.Value)).Select(v => v.Move)];
    }

    /// <summary>All positions that a game can come to, from the empty board on; finished ones left out.</summary>
    public static IReadOnlyList<int[]> Positions()
    {
        var known = new Dictionary<string, int[]>();
        void Visit(int[] board)
        {
            if (Moves(board).Length == 0 || !known.TryAdd(string.Join(",", board), board)) return;
            foreach (var move in Moves(board)) Visit(Play(board, move));
        }
        Visit(new int[9]);
        return [.. known.Values];
    }

    /// <summary>Games that a player, going first and going second, loses: he against every reply, by depth-first play.</summary>
    /// <param name="player">His move in a position.</param>
    /// <param name="replies">The moves of the opponent that are tried.</param>
    public static (int Lost, int Games) AgainstAll(Func<int[], int> player, Func<int[], int[]> replies)
    {
        int lost = 0, games = 0;
        void Follow(int[] board, int side)
        {
            if (Moves(board).Length == 0)
            {
                games++;
                if (Winner(board) == -side) lost++;
            }
            else if (Player(board) == side) Follow(Play(board, player(board)), side);
            else foreach (var move in replies(board)) Follow(Play(board, move), side);
        }
        Follow(new int[9], 1);
        Follow(new int[9], -1);
        return (lost, games);
    }

    /// <summary>The board as text.</summary>
    public static string Text(int[] board) => string.Join('\n', Enumerable.Range(0, 3).Select(row => string.Join(' ', Enumerable.Range(0, 3).Select(column => ".XO"[(board[3 * row + column] + 3) % 3]))));
}
