using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Text;

namespace MdlAnalyzers.Testing.Tests;

/// <summary>Supports no Fix All.</summary>
internal class NoFixAllFix : BadNameFix
{
    public override FixAllProvider? GetFixAllProvider() => null;
}

/// <summary>Registers nothing.</summary>
internal sealed class OffersNothingFix : BadNameFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic)
    {
    }
}

/// <summary>Adds a character without taking away the bad name, for ever.</summary>
internal sealed class EndlessFix : BadNameFix
{
    protected override SyntaxToken NewIdentifier(SyntaxToken identifier) => SyntaxFactory.Identifier(identifier.ValueText + "X").WithTriviaFrom(identifier);
}

/// <summary>Counts down from BadN over BadN-1 to Good.</summary>
internal sealed class CountdownFix : BadNameFix
{
    protected override SyntaxToken NewIdentifier(SyntaxToken identifier)
    {
        var number = int.Parse(identifier.ValueText["Bad".Length..], System.Globalization.CultureInfo.InvariantCulture);
        return SyntaxFactory.Identifier(number > 1 ? $"Bad{number - 1}" : "Good").WithTriviaFrom(identifier);
    }
}

/// <summary>Does something else in Fix All.</summary>
internal sealed class OtherFixAllFix : BadNameFix
{
    public override FixAllProvider? GetFixAllProvider() => FixAllProvider.Create(static async (context, document, _) =>
    {
        var text = await document.GetTextAsync(context.CancellationToken);
        return document.WithText(SourceText.From(text.ToString().Replace("Bad", "Best", StringComparison.Ordinal)));
    });
}

/// <summary>Makes one identifier of what is an identifier, a colon and a type.</summary>
internal sealed class UnknownTypeFix : NoFixAllFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Text", async token =>
        {
            var text = await context.Document.GetTextAsync(token);
            return context.Document.WithText(text.Replace(diagnostic.Location.SourceSpan, "GoodOne:Missing"));
        }, Key), diagnostic);
}

/// <summary>Puts two words in one identifier token: the text is right, the tree is not.</summary>
internal sealed class WrongStructureFix : BadNameFix
{
    protected override SyntaxToken NewIdentifier(SyntaxToken identifier) => SyntaxFactory.Identifier("Good : object").WithTriviaFrom(identifier);
}

/// <summary>Takes a comment into the identifier token: only the text of a token is wrong.</summary>
internal sealed class WrongTokenFix : BadNameFix
{
    protected override SyntaxToken NewIdentifier(SyntaxToken identifier) => SyntaxFactory.Identifier("GoodOne/**/").WithTriviaFrom(identifier);
}

/// <summary>Hides a semicolon in white space behind the class: only the number of children is wrong.</summary>
internal sealed class HiddenSemicolonFix : BadNameFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Semicolon", async token =>
        {
            var root = (await context.Document.GetSyntaxRootAsync(token))!;
            var declaration = (ClassDeclarationSyntax)root.FindToken(diagnostic.Location.SourceSpan.Start).Parent!;
            var updated = declaration
                .WithIdentifier(NewIdentifier(declaration.Identifier))
                .WithCloseBraceToken(declaration.CloseBraceToken.WithTrailingTrivia(SyntaxFactory.Whitespace(";")));
            return context.Document.WithSyntaxRoot(root.ReplaceNode(declaration, updated));
        }, Key), diagnostic);
}

/// <summary>Puts a second class with a bad name into the identifier token.</summary>
internal sealed class HiddenClassFix : NoFixAllFix
{
    protected override SyntaxToken NewIdentifier(SyntaxToken identifier) => identifier.ValueText == "BadOne"
        ? SyntaxFactory.Identifier("GoodOne { } class BadTwo").WithTriviaFrom(identifier)
        : base.NewIdentifier(identifier);
}

/// <summary>Spells a comment as white space: tokens are right, trivia are not.</summary>
internal sealed class WrongTriviaFix : BadNameFix
{
    protected override SyntaxToken NewIdentifier(SyntaxToken identifier) =>
        base.NewIdentifier(identifier).WithTrailingTrivia(SyntaxFactory.Whitespace("/**/ "));
}

/// <summary>Adds a base type with neither white space nor a simple name, for the formatter and simplifier to put right.</summary>
internal sealed class AnnotatedFix : NoFixAllFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Annotated", async token =>
        {
            var root = (await context.Document.GetSyntaxRootAsync(token))!;
            var declaration = root.FindToken(diagnostic.Location.SourceSpan.Start).Parent!;
            var type = SyntaxFactory.ParseTypeName("global::System.IDisposable").WithAdditionalAnnotations(Microsoft.CodeAnalysis.Simplification.Simplifier.Annotation);
            var updated = ((ClassDeclarationSyntax)declaration)
                .WithIdentifier(SyntaxFactory.Identifier("GoodOne"))
                .WithBaseList(SyntaxFactory.BaseList(SyntaxFactory.SingletonSeparatedList<BaseTypeSyntax>(SyntaxFactory.SimpleBaseType(type))))
                .WithAdditionalAnnotations(Formatter.Annotation);
            return context.Document.WithSyntaxRoot(root.ReplaceNode(declaration, updated));
        }, Key), diagnostic);
}

/// <summary>Offers "first", "second" and, nested, "third" and "fourth"; each puts its title behind the name.</summary>
internal sealed class FourActionsFix : BadNameFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic)
    {
        context.RegisterCodeFix(Action(context, diagnostic, "First"), diagnostic);
        context.RegisterCodeFix(Action(context, diagnostic, "Second"), diagnostic);
        context.RegisterCodeFix(
            CodeAction.Create("More", [Action(context, diagnostic, "Third"), Action(context, diagnostic, "Fourth")], isInlinable: false),
            diagnostic);
    }

    private static CodeAction Action(CodeFixContext context, Diagnostic diagnostic, string title) =>
        CodeAction.Create(title, async token =>
        {
            var text = await context.Document.GetTextAsync(token);
            return context.Document.WithText(text.Replace(diagnostic.Location.SourceSpan, title));
        }, "Key" + title);
}

/// <summary>Changes the encoding of the file as well.</summary>
internal sealed class EncodingFix : NoFixAllFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Encoding", async token =>
        {
            var text = await context.Document.GetTextAsync(token);
            return context.Document.WithText(SourceText.From(text.ToString().Replace("Bad", "Good", StringComparison.Ordinal), Encoding.Unicode));
        }, Key), diagnostic);
}

/// <summary>Changes the checksum algorithm of the file as well.</summary>
internal sealed class ChecksumFix : NoFixAllFix
{
    protected override void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Checksum", async token =>
        {
            var text = await context.Document.GetTextAsync(token);
            return context.Document.WithText(SourceText.From(text.ToString().Replace("Bad", "Good", StringComparison.Ordinal), text.Encoding, SourceHashAlgorithm.Sha256));
        }, Key), diagnostic);
}

/// <summary>Fixes the name and moves things in the solution, as its derived classes say.</summary>
internal abstract class SolutionFix : NoFixAllFix
{
    protected abstract Solution Change(Solution solution, Project project);

    protected override void Register(CodeFixContext context, Diagnostic diagnostic) =>
        context.RegisterCodeFix(CodeAction.Create("Solution", async token =>
        {
            var document = await FixAsync(context.Document, diagnostic, token);
            return Change(document.Project.Solution, document.Project);
        }, Key), diagnostic);
}

/// <summary>Adds the document More.cs in the folder Sub.</summary>
internal sealed class AddDocumentFix : SolutionFix
{
    protected override Solution Change(Solution solution, Project project) =>
        project.AddDocument("More.cs", SourceText.From("class More { }"), ["Sub"]).Project.Solution;
}

/// <summary>Removes the second document.</summary>
internal sealed class RemoveDocumentFix : SolutionFix
{
    protected override Solution Change(Solution solution, Project project) => solution.RemoveDocument(project.Documents.Last().Id);
}

/// <summary>Renames the document.</summary>
internal sealed class RenameDocumentFix : SolutionFix
{
    protected override Solution Change(Solution solution, Project project) => solution.WithDocumentName(project.DocumentIds[0], "Renamed.cs");
}

/// <summary>Writes to the first additional file.</summary>
internal sealed class AdditionalDocumentFix : SolutionFix
{
    protected override Solution Change(Solution solution, Project project) =>
        solution.WithAdditionalDocumentText(project.AdditionalDocuments.First().Id, SourceText.From("fixed"));
}

/// <summary>Writes to the first analyzer config file.</summary>
internal sealed class ConfigDocumentFix : SolutionFix
{
    protected override Solution Change(Solution solution, Project project) =>
        solution.WithAnalyzerConfigDocumentText(project.AnalyzerConfigDocuments.First().Id, SourceText.From("root = true\n"));
}

/// <summary>Replaces "bad" in an additional file by "good".</summary>
internal sealed class AdditionalFileFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds => [BadNameAnalyzer.Id];

    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var document = context.TextDocument;
        context.RegisterCodeFix(CodeAction.Create("Good", async token =>
        {
            var text = await document.GetTextAsync(token);
            return document.Project.Solution.WithAdditionalDocumentText(document.Id, text.Replace(context.Span, "good"));
        }, "Key"), context.Diagnostics);
        return Task.CompletedTask;
    }
}

/// <summary>Replaces an unknown base type by object.</summary>
public sealed class AddBaseTypeFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds => ["CS0246"];

    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        context.RegisterCodeFix(CodeAction.Create("object", async token =>
        {
            var text = await context.Document.GetTextAsync(token);
            return context.Document.WithText(text.Replace(context.Span, "object"));
        }, "Key"), context.Diagnostics);
        return Task.CompletedTask;
    }
}
