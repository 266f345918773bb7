using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Rules.Address;

/// <summary>What it means for page arithmetic that its result arrives at a place.</summary>
internal enum Sink
{
    /// <summary>Nothing yet: the value moves on.</summary>
    None,

    /// <summary>A page too few does no harm here: logs, statistics, limits.</summary>
    Harmless,

    Harmful,
}

internal static class PageMathSinks
{
    public static Sink Classify(in ValueUse use)
    {
        switch (use.Kind)
        {
            case UseKind.Local or UseKind.Discard:
                return Sink.None;
            case UseKind.Text:
                return Sink.Harmless;
            case UseKind.Comparison:
                // "while (pages-- != 0)" counts pages; "if (pages != 0)" does not.
                return use.Other is Linear { IsConstant: true, Constant: 0 } && use.Node is not (PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax) ? Sink.Harmless : Sink.Harmful;
            case UseKind.CompoundAssignment or UseKind.Member:
                return Nouns.IsStatistic(use.Name) ? Sink.Harmless : Sink.Harmful;
            case UseKind.Argument when use.Method is { } method:
                return OfArgument(use, method);
            default:
                return Sink.Harmful;
        }
    }

    private static Sink OfArgument(in ValueUse use, IMethodSymbol method)
    {
        string type = method.ContainingType?.Name ?? "";
        if (type is "Math" or "Convert" or "BitOperations" or "MathF" || method.Name.StartsWith("Create", StringComparison.Ordinal) && type.StartsWith("U", StringComparison.Ordinal))
            return Sink.None;
        if (type is "Interlocked" or "Debug" or "Trace" or "Console" or "Assert" || Nouns.IsLogging(method.Name) && !IsAnnotated(use) || type.EndsWith("EventSource", StringComparison.Ordinal)
            || type.EndsWith("Logger", StringComparison.Ordinal) || type.EndsWith("Log", StringComparison.Ordinal) || Nouns.IsStatistic(method.Name) || Nouns.IsStatistic(type))
        {
            return Sink.Harmless;
        }

        return use.Type?.SpecialType is SpecialType.System_Object or SpecialType.System_String ? Sink.Harmless : Sink.Harmful;
    }

    private static bool IsAnnotated(in ValueUse use) => use.Expected != ValueKind.None;
}
