using System.Collections.Immutable;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>Takes the markup out of a state and adds the diagnostics it stands for.</summary>
internal sealed class StateMarkup
{
    private readonly MarkupOptions _options;
    private readonly MarkupMode _mode;
    private readonly DiagnosticDescriptor? _defaultDiagnostic;
    private readonly ImmutableArray<DiagnosticDescriptor> _supported;
    private readonly ImmutableArray<string> _fixable;
    private readonly List<DiagnosticResult> _diagnostics = [];
    private readonly Dictionary<string, FileLinePositionSpan> _numbered = new(StringComparer.Ordinal);

    public StateMarkup(
        MarkupOptions options,
        MarkupMode mode,
        DiagnosticDescriptor? defaultDiagnostic,
        ImmutableArray<DiagnosticDescriptor> supported,
        ImmutableArray<string> fixable)
    {
        _options = options;
        _mode = mode;
        _defaultDiagnostic = defaultDiagnostic;
        _supported = supported;
        _fixable = fixable;
    }

    public SolutionState Process(SolutionState state, string defaultPath)
    {
        var result = StateInheritance.CopyOf(state);
        result.MarkupHandling = MarkupMode.None;
        ProcessProject(result);
        foreach (var project in result.AdditionalProjects.Values)
            ProcessProject(project);

        result.ExpectedDiagnostics.AddRange(state.ExpectedDiagnostics.Select(expected => Resolve(expected, defaultPath)));
        result.ExpectedDiagnostics.AddRange(_diagnostics);
        return result;
    }

    private void ProcessProject(ProjectState project)
    {
        if (_mode == MarkupMode.None)
            return;

        ProcessFiles(project.Sources);
        ProcessFiles(project.AdditionalFiles);
        ProcessFiles(project.AnalyzerConfigFiles);
    }

    private void ProcessFiles(SourceFileCollection files)
    {
        for (var i = 0; i < files.Count; i++)
        {
            var (path, content) = files[i];
            var parsed = Parse(path, content);
            var text = content.WithContent(parsed.Text);
            files[i] = (path, text);

            foreach (var position in parsed.Positions)
                AddDefault(path, text, new TextSpan(position, 0), DiagnosticLocationOptions.IgnoreLength);
            foreach (var (name, span) in parsed.Spans)
                AddSpan(name, path, text, span);
        }
    }

    private ParsedMarkup Parse(string path, SourceText content)
    {
        try
        {
            return MarkupParser.Parse(content.ToString(), (_options & MarkupOptions.TreatPositionIndicatorsAsCode) != 0);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"{path}: {exception.Message}", exception);
        }
    }

    private void AddSpan(string name, string path, SourceText text, TextSpan span)
    {
        if (MarkupKey.IsKey(name))
        {
            if (!_numbered.TryAdd(name, LineSpan(path, text, span)))
                throw new InvalidOperationException($"{path}: the markup number {name} is used twice in the solution.");
        }
        else if (name.Length == 0)
        {
            AddDefault(path, text, span, DiagnosticLocationOptions.None);
        }
        else
        {
            var descriptor = _supported.FirstOrDefault(candidate => candidate.Id == name);
            Add(descriptor is null ? DiagnosticResult.CompilerError(name) : new DiagnosticResult(descriptor), path, text, span, DiagnosticLocationOptions.None);
        }
    }

    private void AddDefault(string path, SourceText text, TextSpan span, DiagnosticLocationOptions options)
    {
        if (_mode == MarkupMode.Ignore)
            return;
        if (_defaultDiagnostic is null)
        {
            throw new InvalidOperationException(
                $"{path}: markup without an id needs a first analyzer with exactly one descriptor, {nameof(MarkupOptions)}.{nameof(MarkupOptions.UseFirstDescriptor)} or an overridden default diagnostic.");
        }

        Add(new DiagnosticResult(_defaultDiagnostic), path, text, span, options);
    }

    private void Add(DiagnosticResult diagnostic, string path, SourceText text, TextSpan span, DiagnosticLocationOptions options)
    {
        if (_mode == MarkupMode.Ignore || (_mode == MarkupMode.IgnoreFixable && _fixable.Contains(diagnostic.Id)))
            return;

        _diagnostics.Add(diagnostic
            .WithOptions(DiagnosticOptions.IgnoreAdditionalLocations | DiagnosticOptions.IgnoreSeverity)
            .WithSpan(LineSpan(path, text, span), options));
    }

    private DiagnosticResult Resolve(DiagnosticResult expected, string defaultPath) =>
        expected.WithDefaultPath(defaultPath).WithLocations(location =>
        {
            if (!location.IsMarkupKey)
                return location;
            if (!_numbered.TryGetValue(location.Span.Path, out var span))
                throw new InvalidOperationException($"The markup number {location.Span.Path} of expected diagnostic {expected.Id} is not in the sources.");
            return new DiagnosticLocation(span, location.Options & ~DiagnosticLocationOptions.InterpretAsMarkupKey);
        });

    private static FileLinePositionSpan LineSpan(string path, SourceText text, TextSpan span) => new(path, text.Lines.GetLinePositionSpan(span));
}
