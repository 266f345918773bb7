using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;

namespace MdlAnalyzers.Testing.Tests;

/// <summary>Replaces "Bad" at the start of a class name by "Good".</summary>
public class BadNameFix : CodeFixProvider
{
    public const string Key = "Rename";

    public override ImmutableArray<string> FixableDiagnosticIds => [BadNameAnalyzer.Id];

    public override FixAllProvider? GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
            Register(context, diagnostic);
        return Task.CompletedTask;
    }

    protected virtual void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Rename to Good", token => FixAsync(context.Document, diagnostic, token), Key), diagnostic);

    protected virtual SyntaxToken NewIdentifier(SyntaxToken identifier) =>
        SyntaxFactory.Identifier("Good" + identifier.ValueText["Bad".Length..]).WithTriviaFrom(identifier);

    protected async Task<Document> FixAsync(Document document, Diagnostic diagnostic, CancellationToken cancellationToken)
    {
        var root = (await document.GetSyntaxRootAsync(cancellationToken))!;
        var identifier = root.FindToken(diagnostic.Location.SourceSpan.Start);
        return document.WithSyntaxRoot(root.ReplaceToken(identifier, NewIdentifier(identifier)));
    }
}
