using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Rules.Address;

/// <summary>Whether code may run in the process that made the request.</summary>
internal static class RequestorContext
{
    /// <summary>False in the routines that are called in whatever process happens to be current.</summary>
    public static bool IsPossible(Frame frame) => frame.Role is
        Role.None or Role.Entry or Role.Unload or Role.AddDevice or Role.Dispatch or Role.DispatchRead or Role.DispatchWrite or Role.DispatchDeviceControl;

    /// <summary>Whether the access, or the call that leads to it, may fail into a handler.</summary>
    public static bool IsGuarded(in ValueUse use)
    {
        for (Frame? frame = use.Frame; frame is not null; frame = frame.Caller)
        {
            if (frame.CallSite is { } call && IsInTry(call))
                return true;
        }

        return IsInTry(use.Node);
    }

    private static bool IsInTry(SyntaxNode node) =>
        node.Ancestors()
            .TakeWhile(static n => n is not MemberDeclarationSyntax)
            .OfType<TryStatementSyntax>()
            .Any(statement => statement.Catches.Count > 0 && statement.Block.Span.Contains(node.Span));
}
