using System.Diagnostics;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Pairs rows with columns at the least total cost.</summary>
internal static class AssignmentSolver
{
    /// <summary>
    /// Returns for each row its column, or -1 where there are more rows than columns. When <paramref name="timeout"/>
    /// runs out the rest is paired greedily: never cheaper than the best pairing, so a run cannot pass because of it.
    /// </summary>
    public static int[] Solve(int[,] cost, TimeSpan timeout)
    {
        var rows = cost.GetLength(0);
        var columns = cost.GetLength(1);
        if (rows <= columns)
            return SolveWide(cost, timeout);

        var byColumn = SolveWide(Transpose(cost), timeout);
        var byRow = new int[rows];
        Array.Fill(byRow, -1);
        for (var column = 0; column < columns; column++)
            byRow[byColumn[column]] = column;
        return byRow;
    }

    // Shortest augmenting paths with potentials; index 0 of the work arrays is a dummy.
    private static int[] SolveWide(int[,] cost, TimeSpan timeout)
    {
        var rows = cost.GetLength(0);
        var columns = cost.GetLength(1);
        var rowPotential = new long[rows + 1];
        var columnPotential = new long[columns + 1];
        var rowOfColumn = new int[columns + 1];
        var previous = new int[columns + 1];
        var started = Stopwatch.GetTimestamp();

        for (var row = 1; row <= rows; row++)
        {
            if (Stopwatch.GetElapsedTime(started) >= timeout)
            {
                PairGreedily(cost, rowOfColumn, row);
                break;
            }

            rowOfColumn[0] = row;
            var column = 0;
            var slack = new long[columns + 1];
            Array.Fill(slack, long.MaxValue);
            var visited = new bool[columns + 1];
            do
            {
                visited[column] = true;
                column = NextColumn(cost, rowOfColumn, rowPotential, columnPotential, slack, visited, previous, column);
            }
            while (rowOfColumn[column] != 0);

            while (column != 0)
            {
                rowOfColumn[column] = rowOfColumn[previous[column]];
                column = previous[column];
            }
        }

        var result = new int[rows];
        for (var column = 1; column <= columns; column++)
        {
            if (rowOfColumn[column] != 0)
                result[rowOfColumn[column] - 1] = column - 1;
        }

        return result;
    }

    private static int NextColumn(
        int[,] cost,
        int[] rowOfColumn,
        long[] rowPotential,
        long[] columnPotential,
        long[] slack,
        bool[] visited,
        int[] previous,
        int current)
    {
        var row = rowOfColumn[current];
        var best = 0;
        var delta = long.MaxValue;
        for (var column = 1; column < visited.Length; column++)
        {
            if (visited[column])
                continue;

            var reduced = cost[row - 1, column - 1] - rowPotential[row] - columnPotential[column];
            if (reduced < slack[column])
            {
                slack[column] = reduced;
                previous[column] = current;
            }

            if (slack[column] < delta)
            {
                delta = slack[column];
                best = column;
            }
        }

        for (var column = 0; column < visited.Length; column++)
        {
            if (visited[column])
            {
                rowPotential[rowOfColumn[column]] += delta;
                columnPotential[column] -= delta;
            }
            else
            {
                slack[column] -= delta;
            }
        }

        return best;
    }

    private static void PairGreedily(int[,] cost, int[] rowOfColumn, int firstRow)
    {
        for (var row = firstRow; row <= cost.GetLength(0); row++)
        {
            var best = 0;
            for (var column = 1; column < rowOfColumn.Length; column++)
            {
                if (rowOfColumn[column] == 0 && (best == 0 || cost[row - 1, column - 1] < cost[row - 1, best - 1]))
                    best = column;
            }

            rowOfColumn[best] = row;
        }
    }

    private static int[,] Transpose(int[,] cost)
    {
        var result = new int[cost.GetLength(1), cost.GetLength(0)];
        for (var i = 0; i < cost.GetLength(0); i++)
        {
            for (var j = 0; j < cost.GetLength(1); j++)
                result[j, i] = cost[i, j];
        }

        return result;
    }
}
