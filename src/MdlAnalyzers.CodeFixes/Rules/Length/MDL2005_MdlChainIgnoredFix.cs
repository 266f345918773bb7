using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.CodeFixes;

/// <summary>MDL2005: unlocks and frees every MDL of a chain in a loop that reads the next one before the current one is gone.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MdlChainIgnoredFix))]
[Shared]
public sealed class MdlChainIgnoredFix : ExpressionFix
{
    private const int FreesMdlEffect = 18;
    private const int UnlocksEffect = 31;

    /// <summary>Called by the host.</summary>
    public MdlChainIgnoredFix() : base("MDL2005")
    {
    }

    private protected override (string Title, IEnumerable<TextChange> Edits) Propose(
        Diagnostic diagnostic, ExpressionSyntax expression, MemberDeclarationSyntax member, SemanticModel model, CancellationToken cancellationToken) =>
        expression is InvocationExpressionSyntax call && Loop(call, model, model.SyntaxTree.GetText(cancellationToken), cancellationToken) is { } edit
            ? ("Treat every MDL of the chain", [edit])
            : ("", []);

    // "MmUnlockPages(chain); IoFreeMdl(chain);" becomes one loop over the chain.
    private static TextChange? Loop(InvocationExpressionSyntax call, SemanticModel model, SourceText text, CancellationToken cancellationToken)
    {
        if (EndOf(call, model, cancellationToken) is not var (argument, effect)
            || !SimplePath.IsRepeatable(argument)
            || call.Parent is not ExpressionStatementSyntax { Parent: BlockSyntax or IfStatementSyntax or ElseClauseSyntax } statement
            || statement.FirstAncestorOrSelf<BlockSyntax>() is not { } block
            || model.GetTypeInfo(argument, cancellationToken).Type is not { } type)
        {
            return null;
        }

        var calls = new List<(InvocationExpressionSyntax Call, ExpressionSyntax Argument)> { (call, argument) };
        StatementSyntax first = statement;
        int index = block.Statements.IndexOf(statement); // -1: without braces
        if (effect == FreesMdlEffect && index > 0 && block.Statements[index - 1] is ExpressionStatementSyntax { Expression: InvocationExpressionSyntax before } unlock
            && EndOf(before, model, cancellationToken) is (var unlocked, UnlocksEffect) && SimplePath.AreSame(unlocked, argument))
        {
            calls.Insert(0, (before, unlocked));
            first = unlock;
        }

        string newLine = Edit.NewLine(text.ToString());
        string indent = EarlyReturn.Indentation(text, first.SpanStart);
        string inner = indent + "    ";
        string current = Name("current"), next = Name("next");
        string mark = (model.GetNullableContext(statement.SpanStart) & NullableContext.AnnotationsEnabled) != 0 ? "?" : "";
        string mdl = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToMinimalDisplayString(model, statement.SpanStart) + mark;
        var lines = new List<string>
        {
            $"for ({mdl} {current} = {SimplePath.Strip(argument)}; {current} is not null;)",
            indent + "{",
            $"{inner}{mdl} {next} = {current}.Next;",
        };
        foreach ((InvocationExpressionSyntax end, ExpressionSyntax of) in calls)
        {
            string comment = "";
            if (end.Parent == statement && first != statement)
                lines.AddRange(statement.GetLeadingTrivia().ToFullString().Split('\n').Select(static l => l.Trim()).Where(static l => l.Length > 0).Select(l => inner + l));
            else if (end.Parent != statement)
                comment = end.Parent!.GetTrailingTrivia().ToFullString().TrimEnd();
            lines.Add(inner + end.ReplaceNode(of, Microsoft.CodeAnalysis.CSharp.SyntaxFactory.IdentifierName(current).WithTriviaFrom(of)) + ";" + comment);
        }

        lines.Add($"{inner}{current} = {next};");
        lines.Add(indent + "}");
        return new TextChange(TextSpan.FromBounds(first.SpanStart, statement.Span.End), string.Join(newLine, lines));

        string Name(string wanted)
        {
            string name = wanted;
            for (int i = 2; block.DescendantTokens().Any(t => t.ValueText == name) || model.LookupSymbols(statement.SpanStart, name: name).Any(static s => s is ILocalSymbol or IParameterSymbol); i++)
                name = wanted + i;
            return name;
        }
    }

    private static (ExpressionSyntax Argument, int Effect)? EndOf(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellationToken)
    {
        if (call.ArgumentList.Arguments is not [var argument] || model.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { Parameters: [var parameter] })
            return null;
        return Annotation.Number(parameter.GetAttributes(), "MdlEffectAttribute") is int effect and (FreesMdlEffect or UnlocksEffect) ? (argument.Expression, effect) : null;
    }
}
