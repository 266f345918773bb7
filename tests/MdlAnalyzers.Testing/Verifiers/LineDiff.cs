using System.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Line by line difference of two texts, by longest common subsequence.</summary>
internal static class LineDiff
{
    public static string Render(string expected, string actual)
    {
        var left = SplitLines(expected);
        var right = SplitLines(actual);
        var common = CommonSuffixLengths(left, right);

        var result = new StringBuilder();
        int i = 0, j = 0;
        while (i < left.Count || j < right.Count)
        {
            if (i < left.Count && j < right.Count && left[i] == right[j])
            {
                result.Append("  ").Append(left[i]).Append('\n');
                i++;
                j++;
            }
            else if (j == right.Count || (i < left.Count && common[i + 1, j] >= common[i, j + 1]))
            {
                result.Append("- ").Append(left[i++]).Append('\n');
            }
            else
            {
                result.Append("+ ").Append(right[j++]).Append('\n');
            }
        }

        return result.ToString();
    }

    // common[i, j] is the length of the longest common subsequence of left[i..] and right[j..].
    private static int[,] CommonSuffixLengths(List<string> left, List<string> right)
    {
        var common = new int[left.Count + 1, right.Count + 1];
        for (var i = left.Count - 1; i >= 0; i--)
        {
            for (var j = right.Count - 1; j >= 0; j--)
                common[i, j] = left[i] == right[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        return common;
    }

    private static List<string> SplitLines(string text)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\r' or '\n'))
                continue;

            var isPair = text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n';
            var ending = isPair ? "<CR><LF>" : text[i] == '\r' ? "<CR>" : "<LF>";
            lines.Add(text[start..i] + ending);
            if (isPair)
                i++;
            start = i + 1;
        }

        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }
}
