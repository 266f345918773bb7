using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2004: the length of a partial MDL can be zero, which does not mean nothing but everything up to the end of the source.</summary>
/// <remarks>
/// Location: the length argument. Additional location: where the number was computed, if that is elsewhere.
/// A constant zero asks for the rest of the source on purpose, and a length that is the rest of the source means the same when it is zero.
/// </remarks>
internal sealed class PartialZeroLength : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2004",
        title: "Length of a partial MDL can be zero",
        messageFormat: "'{0}' can be zero here; a zero length means everything from '{1}' to the end of '{2}', not nothing",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "IoBuildPartialMdl takes a length of zero for the rest of the source. Test a computed length before the call, or the driver below transfers far more than was meant. A constant zero is a request for the rest.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2004.md");

    private readonly Dictionary<SyntaxNode, Seen> _seen = [];

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        if (PartialPiece.Of(call) is not { Length.Value: Linear length } piece || piece.Length.Operation.ConstantValue.HasValue)
            return;
        // What a callee computes itself is told when it is analyzed; here only what was handed to it counts.
        if (call.Frame.IsInlined && !piece.Length.IsParameter)
            return;
        SyntaxNode node = call.Frame.Visible(piece.Length.Node);
        if (!_seen.TryGetValue(node, out Seen? seen))
            _seen.Add(node, seen = new Seen(piece));
        if (length.IsConstant)
            seen.Note(length.Constant == 0);
        else if (new ZeroLength(piece).IsPossible(length))
            seen.Add(length.Summands[0].Term.Node);
        else
            seen.Note(isZero: false);
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach (KeyValuePair<SyntaxNode, Seen> pair in _seen.OrderBy(static s => s.Key.SpanStart))
        {
            Seen seen = pair.Value;
            if (!seen.IsDefect)
                continue;
            SyntaxNode? cause = seen.Cause is { } made && reporter.Owns(made) && !pair.Key.Span.Contains(made.Span) ? made : null;
            reporter.Report(Descriptor, pair.Key, cause, null, SourceText.Of(seen.Piece.Length.Node), SourceText.Of(seen.Piece.Start.Node), SourceText.Of(seen.Piece.Source.Node));
        }
    }

    private sealed class Seen(PartialPiece piece)
    {
        private bool _canBeZero;
        private bool _isZero;
        private bool _isMore;

        public PartialPiece Piece { get; } = piece;

        public SyntaxNode? Cause { get; private set; }

        // A variable that is zero on some of the paths only.
        public bool IsDefect => _canBeZero || (_isZero && _isMore);

        public void Note(bool isZero)
        {
            _isZero |= isZero;
            _isMore |= !isZero;
        }

        public void Add(SyntaxNode? cause)
        {
            _canBeZero = true;
            Cause ??= cause;
        }
    }
}
