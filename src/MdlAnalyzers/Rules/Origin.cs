using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Rules;

/// <summary>Whether the analyzed body is to blame for what a callee does with a quantity: a callee that obtains the quantity itself is analyzed on its own.</summary>
internal static class Origin
{
    /// <summary>Whether the analyzed body has obtained a quantity (at <paramref name="node"/>), or handed it to the callee that is being followed.</summary>
    public static bool IsInBody(Term term, SyntaxNode? node, Frame frame, FlowState state, FlowReporter reporter) =>
        !frame.IsInlined || (node is not null && reporter.Owns(node)) || IsHandedOn(term, frame, state);

    // One of the arguments of the outermost call, or a member of the object that it is made on.
    private static bool IsHandedOn(Term term, Frame frame, FlowState state)
    {
        Frame callee = frame;
        while (callee.CallSite is null || callee.Caller is { IsInlined: true })
        {
            if (callee.Caller is null)
                return false;
            callee = callee.Caller;
        }

        if (callee.Owner is IMethodSymbol method && method.Parameters.Any(p => state.Get(new Place(null, p)) is Linear argument && argument.Mentions(term)))
            return true;
        return callee.This.Kind == ObjectOrigin.Site && state.Values.Any(pair => callee.This.Equals(pair.Key.Owner) && pair.Value is Linear member && member.Mentions(term));
    }
}
