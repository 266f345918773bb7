using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis.Text;

namespace Microsoft.CodeAnalysis.Testing;

/// <summary>An expected diagnostic. Immutable: every <c>With</c> method returns a changed copy.</summary>
public readonly struct DiagnosticResult
{
    /// <summary>No expected diagnostics.</summary>
    public static readonly DiagnosticResult[] EmptyDiagnosticResults = [];

    private readonly ImmutableArray<DiagnosticLocation> _spans;
    private readonly string? _message;

    /// <summary>Expects a diagnostic with this id and severity; its message is not compared.</summary>
    public DiagnosticResult(string id, DiagnosticSeverity severity)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        Severity = severity;
        _spans = [];
    }

    /// <summary>Expects a diagnostic of this descriptor, at its default severity.</summary>
    public DiagnosticResult(DiagnosticDescriptor descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Id = descriptor.Id;
        Severity = descriptor.DefaultSeverity;
        MessageFormat = descriptor.MessageFormat;
        _spans = [];
    }

    private DiagnosticResult(
        DiagnosticResult other,
        ImmutableArray<DiagnosticLocation>? spans = null,
        DiagnosticSeverity? severity = null,
        DiagnosticOptions? options = null)
    {
        this = other;
        _spans = spans ?? other.Spans;
        Severity = severity ?? other.Severity;
        Options = options ?? other.Options;
    }

    private DiagnosticResult(DiagnosticResult other, string? message, LocalizableString? messageFormat, object?[]? arguments, bool? isSuppressed)
    {
        this = other;
        _message = message;
        MessageFormat = messageFormat;
        MessageArguments = arguments;
        IsSuppressed = isSuppressed;
    }

    /// <summary>Expected locations: the primary one, then the additional ones in order.</summary>
    public ImmutableArray<DiagnosticLocation> Spans => _spans.IsDefault ? [] : _spans;

    /// <summary>Expected severity.</summary>
    public DiagnosticSeverity Severity { get; }

    /// <summary>What is left open.</summary>
    public DiagnosticOptions Options { get; }

    /// <summary>Expected id.</summary>
    public string Id { get; }

    /// <summary>Expected rendered message: as set, or the format filled with the arguments; null when neither was given.</summary>
    public string? Message
    {
        get
        {
            if (_message is not null)
                return _message;
            if (MessageFormat is null || MessageArguments is null)
                return null;

            // Roslyn shows a format as it stands when there is nothing to fill in.
            var format = MessageFormat.ToString(CultureInfo.InvariantCulture);
            return MessageArguments.Length == 0 ? format : string.Format(CultureInfo.InvariantCulture, format, MessageArguments);
        }
    }

    /// <summary>Format that <see cref="MessageArguments"/> fill.</summary>
    public LocalizableString? MessageFormat { get; }

    /// <summary>Expected message arguments; null when they are not compared.</summary>
    public object?[]? MessageArguments { get; }

    /// <summary>Whether the diagnostic must be suppressed (true) or must not be (false or null).</summary>
    public bool? IsSuppressed { get; }

    /// <summary>True when at least one location is expected.</summary>
    public bool HasLocation => !Spans.IsEmpty;

    /// <summary>Expects a compiler error.</summary>
    public static DiagnosticResult CompilerError(string identifier) => new(identifier, DiagnosticSeverity.Error);

    /// <summary>Expects a compiler warning.</summary>
    public static DiagnosticResult CompilerWarning(string identifier) => new(identifier, DiagnosticSeverity.Warning);

    /// <summary>Expects this severity.</summary>
    public DiagnosticResult WithSeverity(DiagnosticSeverity severity) => new(this, severity: severity);

    /// <summary>Expects the message of the descriptor's format with these arguments.</summary>
    public DiagnosticResult WithArguments(params object?[] arguments) => new(this, _message, MessageFormat, arguments, IsSuppressed);

    /// <summary>Expects exactly this rendered message; null compares no message.</summary>
    public DiagnosticResult WithMessage(string? message) =>
        message is null ? new(this, null, null, null, IsSuppressed) : new(this, message, MessageFormat, MessageArguments, IsSuppressed);

    /// <summary>Sets the format that the arguments fill.</summary>
    public DiagnosticResult WithMessageFormat(LocalizableString messageFormat) => new(this, _message, messageFormat, MessageArguments, IsSuppressed);

    /// <summary>Expects the diagnostic to be suppressed (true), or not (false or null).</summary>
    public DiagnosticResult WithIsSuppressed(bool? isSuppressed) => new(this, _message, MessageFormat, MessageArguments, isSuppressed);

    /// <summary>Leaves properties open.</summary>
    public DiagnosticResult WithOptions(DiagnosticOptions options) => new(this, options: options);

    /// <summary>Expects a diagnostic without any location.</summary>
    public DiagnosticResult WithNoLocation() => new(this, spans: []);

    /// <summary>Adds the location marked with this number (<c>{|#0:</c>).</summary>
    public DiagnosticResult WithLocation(int markupKey) => WithLocation(markupKey, DiagnosticLocationOptions.None);

    /// <summary>Adds the location marked with this number (<c>{|#0:</c>).</summary>
    public DiagnosticResult WithLocation(int markupKey, DiagnosticLocationOptions options) =>
        Append(MarkupKey.ToSpan(markupKey), options | DiagnosticLocationOptions.InterpretAsMarkupKey);

    /// <summary>Adds a start (one-based line and column) in the default file; the length is not compared.</summary>
    public DiagnosticResult WithLocation(int line, int column) => WithLocation("", line, column);

    /// <summary>Adds a zero-based start in the default file; the length is not compared.</summary>
    public DiagnosticResult WithLocation(LinePosition location) => WithLocation("", location);

    /// <summary>Adds a start (one-based line and column); the length is not compared.</summary>
    public DiagnosticResult WithLocation(string path, int line, int column) => WithLocation(path, new LinePosition(line - 1, column - 1));

    /// <summary>Adds a zero-based start; the length is not compared.</summary>
    public DiagnosticResult WithLocation(string path, LinePosition location) => WithLocation(path, location, DiagnosticLocationOptions.None);

    /// <summary>Adds a zero-based start; the length is not compared.</summary>
    public DiagnosticResult WithLocation(string path, LinePosition location, DiagnosticLocationOptions options) =>
        Append(new FileLinePositionSpan(path, location, location), options | DiagnosticLocationOptions.IgnoreLength);

    /// <summary>Adds a span (one-based lines and columns) in the default file.</summary>
    public DiagnosticResult WithSpan(int startLine, int startColumn, int endLine, int endColumn) =>
        WithSpan("", startLine, startColumn, endLine, endColumn);

    /// <summary>Adds a span (one-based lines and columns).</summary>
    public DiagnosticResult WithSpan(string path, int startLine, int startColumn, int endLine, int endColumn) =>
        WithSpan(new FileLinePositionSpan(path, new LinePosition(startLine - 1, startColumn - 1), new LinePosition(endLine - 1, endColumn - 1)));

    /// <summary>Adds a zero-based span.</summary>
    public DiagnosticResult WithSpan(FileLinePositionSpan span) => Append(span, DiagnosticLocationOptions.None);

    /// <summary>Adds a zero-based span.</summary>
    public DiagnosticResult WithSpan(FileLinePositionSpan span, DiagnosticLocationOptions options) => Append(span, options);

    /// <summary>Gives <paramref name="path"/> to every location that has no path yet.</summary>
    public DiagnosticResult WithDefaultPath(string path) =>
        WithLocations(location => location.Span.Path.Length == 0
            ? location.WithSpan(new FileLinePositionSpan(path, location.Span.Span))
            : location);

    /// <summary>Moves every location down by <paramref name="offset"/> lines; markup keys stay.</summary>
    public DiagnosticResult WithLineOffset(int offset) =>
        WithLocations(location => location.IsMarkupKey ? location : location.WithSpan(location.Span.MovedDown(offset)));

    /// <inheritdoc/>
    public override string ToString() => DiagnosticText.Describe(this);

    internal DiagnosticResult WithLocations(Func<DiagnosticLocation, DiagnosticLocation> change) =>
        new(this, spans: Spans.Select(change).ToImmutableArray());

    private DiagnosticResult Append(FileLinePositionSpan span, DiagnosticLocationOptions options) =>
        new(this, spans: Spans.Add(new DiagnosticLocation(span, options)));
}
