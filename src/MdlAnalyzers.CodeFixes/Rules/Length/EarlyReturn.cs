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
        string newLine = Edit.NewLine(text.ToString());
        string unit = IndentationUnit(text, body);
        string indent = Indentation(text, anchor.SpanStart);
        bool braceOnOwnLine = StartsLine(text, body.OpenBraceToken.SpanStart);

        if (anchor.Parent is BlockSyntax { Statements: var siblings } block && IsOnOneLine(text, block))
        {
            string outer = Indentation(text, block.SpanStart);
            return Expand(text, block, siblings, outer, block.Parent is not StatementSyntax);
        }

        if (anchor.Parent is not (BlockSyntax or SwitchSectionSyntax or LabeledStatementSyntax or GlobalStatementSyntax))
            return Expand(text, anchor, [anchor], Indentation(text, anchor.Parent!.SpanStart), keepStart: false);

        string guard = Guard(indent);
        return new TextChange(new TextSpan(StartWithComments(anchor), 0), guard + newLine + newLine + indent);

        // A block of its own lines around the statements, with the guard in front of the anchor.
        TextChange Expand(SourceText text, StatementSyntax replaced, IEnumerable<StatementSyntax> inside, string outer, bool keepStart)
        {
            string inner = outer + unit;
            var block = new StringBuilder("{").Append(newLine);
            foreach (StatementSyntax statement in inside)
            {
                if (statement == anchor)
                    block.Append(inner).Append(Guard(inner)).Append(newLine).Append(newLine);

                block.Append(inner).Append(statement.ToFullString().Trim()).Append(newLine);
            }

            block.Append(outer).Append('}');
            if (keepStart)
                return new TextChange(replaced.Span, block.ToString());

            SyntaxToken before = replaced.GetFirstToken().GetPreviousToken();
            return new TextChange(
                TextSpan.FromBounds(before.Span.End, replaced.Span.End),
                before.TrailingTrivia.ToFullString().TrimEnd() + (braceOnOwnLine ? newLine + outer : " ") + block);
        }

        string Guard(string indent) => EarlyReturn.Guard(indent, unit, newLine, braceOnOwnLine, condition, statements);
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

    /// <summary>The white space that the line of <paramref name="position"/> starts with.</summary>
    public static string Indentation(SourceText text, int position)
    {
        TextLine line = text.Lines.GetLineFromPosition(position);
        int end = line.Start;
        while (end < line.End && text[end] is ' ' or '\t')
            end++;

        return text.ToString(TextSpan.FromBounds(line.Start, end));
    }

    private static bool IsOnOneLine(SourceText text, BlockSyntax block) =>
        text.Lines.GetLineFromPosition(block.SpanStart).LineNumber == text.Lines.GetLineFromPosition(block.Span.End).LineNumber;

    /// <summary>Whether only white space stands in front of <paramref name="position"/> on its line.</summary>
    public static bool StartsLine(SourceText text, int position)
    {
        TextLine line = text.Lines.GetLineFromPosition(position);
        return string.IsNullOrWhiteSpace(text.ToString(TextSpan.FromBounds(line.Start, position)));
    }
}
