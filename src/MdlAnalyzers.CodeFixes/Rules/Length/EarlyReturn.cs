using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>Writes a conditional block in front of a statement in the layout of the code around it.</summary>
internal static class EarlyReturn
{
    public static TextChange Insert(SourceText text, StatementSyntax anchor, BlockSyntax body, string condition, IReadOnlyList<string> statements)
    {
        string newLine = text.ToString().Contains("\r\n") ? "\r\n" : "\n";
        string unit = IndentationUnit(text, body);
        string indent = Indentation(text, anchor.SpanStart);
        bool braceOnOwnLine = StartsLine(text, body.OpenBraceToken.SpanStart);

        if (anchor.Parent is BlockSyntax or SwitchSectionSyntax or LabeledStatementSyntax or GlobalStatementSyntax)
        {
            int position = StartWithComments(anchor);
            string guard = Guard(indent, unit, newLine, braceOnOwnLine, condition, statements);
            return new TextChange(new TextSpan(position, 0), guard + newLine + newLine + indent);
        }

        // An embedded statement needs a block around itself and the guard.
        string outer = Indentation(text, anchor.Parent!.SpanStart);
        string inner = outer + unit;
        string block = $"{{{newLine}{inner}{Guard(inner, unit, newLine, braceOnOwnLine, condition, statements)}{newLine}{newLine}{inner}{anchor}{newLine}{outer}}}";
        bool sameLine = !StartsLine(text, anchor.SpanStart);
        int start = sameLine || !braceOnOwnLine ? anchor.GetFirstToken().GetPreviousToken().Span.End : anchor.SpanStart - indent.Length;
        string lead = braceOnOwnLine ? (sameLine ? newLine + outer : outer) : " ";
        return new TextChange(TextSpan.FromBounds(start, anchor.Span.End), lead + block);
    }

    private static string Guard(string indent, string unit, string newLine, bool braceOnOwnLine, string condition, IReadOnlyList<string> statements)
    {
        StringBuilder guard = new StringBuilder("if (").Append(condition).Append(')');
        guard.Append(braceOnOwnLine ? newLine + indent : " ").Append('{').Append(newLine);
        foreach (string statement in statements)
            guard.Append(indent).Append(unit).Append(statement).Append(newLine);

        return guard.Append(indent).Append('}').ToString();
    }

    /// <summary>The start of the comments that belong to the statement, or of the statement itself.</summary>
    private static int StartWithComments(StatementSyntax anchor)
    {
        int start = anchor.SpanStart;
        bool lineIsEmpty = false;
        foreach (SyntaxTrivia trivia in anchor.GetLeadingTrivia().Reverse())
        {
            if (trivia.IsKind(SyntaxKind.EndOfLineTrivia))
            {
                if (lineIsEmpty)
                    break;

                lineIsEmpty = true;
            }
            else if (trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia))
            {
                start = trivia.SpanStart;
                lineIsEmpty = false;
            }
            else if (!trivia.IsKind(SyntaxKind.WhitespaceTrivia))
            {
                break;
            }
        }

        return start;
    }

    private static string IndentationUnit(SourceText text, BlockSyntax body)
    {
        const string fallback = "    ";
        if (body.Statements.FirstOrDefault() is not { } first)
            return fallback;

        string outer = Indentation(text, body.CloseBraceToken.SpanStart);
        string inner = Indentation(text, first.SpanStart);
        return inner.Length > outer.Length && inner.StartsWith(outer, StringComparison.Ordinal) ? inner.Substring(outer.Length) : fallback;
    }

    private static string Indentation(SourceText text, int position)
    {
        TextLine line = text.Lines.GetLineFromPosition(position);
        int end = line.Start;
        while (end < line.End && text[end] is ' ' or '\t')
            end++;

        return text.ToString(TextSpan.FromBounds(line.Start, end));
    }

    private static bool StartsLine(SourceText text, int position)
    {
        TextLine line = text.Lines.GetLineFromPosition(position);
        return string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(line.Start, position)));
    }
}
