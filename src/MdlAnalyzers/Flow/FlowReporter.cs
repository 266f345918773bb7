using System.Collections.Immutable;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>Collects what the rules find in one body and tells it once, in source order, after all paths have been followed.</summary>
internal sealed class FlowReporter(SyntaxNode root)
{
    private readonly Dictionary<(string Id, SyntaxNode Node), Diagnostic> _found = [];
    private readonly HashSet<SyntaxNode> _explained = [];

    /// <summary>The analyzed body.</summary>
    public SyntaxNode Root { get; } = root;

    public void Report(DiagnosticDescriptor descriptor, SyntaxNode node, SyntaxNode? cause, ImmutableDictionary<string, string?>? properties, params object[] arguments) =>
        Report(descriptor, node, cause, properties, descriptor.DefaultSeverity, arguments);

    public void Report(
        DiagnosticDescriptor descriptor,
        SyntaxNode node,
        SyntaxNode? cause,
        ImmutableDictionary<string, string?>? properties,
        DiagnosticSeverity severity,
        params object[] arguments)
    {
        if (!Owns(node) || _found.ContainsKey((descriptor.Id, node)))
            return;

        IEnumerable<Location>? causes = cause is null ? null : [cause.GetLocation()];
        _found.Add(
            (descriptor.Id, node),
            severity == descriptor.DefaultSeverity
                ? Diagnostic.Create(descriptor, node.GetLocation(), causes, properties, arguments)
                : Diagnostic.Create(descriptor, node.GetLocation(), severity, causes, properties, arguments));
    }

    /// <summary>Whether a node lies in the analyzed body.</summary>
    public bool Owns(SyntaxNode node) => node.SyntaxTree == Root.SyntaxTree && Root.FullSpan.Contains(node.Span);

    /// <summary>Marks the origin of a value as reported, so that its later uses are not.</summary>
    public bool Explain(SyntaxNode origin) => _explained.Add(origin);

    public bool IsExplained(SyntaxNode origin) => _explained.Contains(origin);

    /// <summary>Whether something that was found lies at or around a node, or names it as its cause.</summary>
    public bool IsTold(SyntaxNode node) =>
        _found.Values.Any(found => found.Location.SourceSpan.Contains(node.Span) || found.AdditionalLocations.Any(cause => cause.SourceTree == node.SyntaxTree && cause.SourceSpan.Contains(node.Span)));

    /// <summary>Whether something was found in a statement already.</summary>
    public bool HasFindingIn(SyntaxNode statement) => _found.Keys.Any(found => found.Node.SyntaxTree == statement.SyntaxTree && statement.Span.Contains(found.Node.Span));

    public bool HasFindings => _found.Count > 0;

    public IEnumerable<Diagnostic> Diagnostics => _found.Values.OrderBy(static d => d.Location.SourceSpan.Start).ThenBy(static d => d.Id, StringComparer.Ordinal);
}
