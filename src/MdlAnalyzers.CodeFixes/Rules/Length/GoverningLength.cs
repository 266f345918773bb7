using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.CodeFixes;

/// <summary>The request length that decides whether there is an MDL, as far as a routine shows which kind of request it handles.</summary>
internal sealed class GoverningLength(CompletingRoutine routine, ExpressionSyntax request, SemanticModel model, CancellationToken cancellationToken)
{
    private static readonly (string Block, string Length)[] s_lengths =
    [
        ("DeviceIoControl", "OutputBufferLength"),
        ("Read", "Length"),
        ("Write", "Length"),
    ];

    /// <summary>A test that the length is zero as it can be written at <paramref name="position"/>, or null if the kind of request is not evident.</summary>
    public string? ZeroTestAt(int position)
    {
        if (Kind() is not { } kind)
            return null;

        (string block, string length) = kind;

        string? local = StableLocals.Find(routine.Body, position, model, (_, value) => IsLength(value, block, length), cancellationToken);
        if (local is not null)
            return $"{local} == 0";

        string? stack = StableLocals.Find(routine.Body, position, model, (_, value) => IsStackOfRequest(value), cancellationToken);
        if (stack is null && MemberNames.Shortest(model, position, MemberNames.IoManager, "IoGetCurrentIrpStackLocation") is { } getStack)
            stack = $"{getStack}({SimplePath.Strip(request)})";

        return stack is null ? null : $"{stack}.Parameters.{block}.{length} == 0";
    }

    /// <summary>The parameter block that the routine reads, or the one that its name speaks of.</summary>
    private (string Block, string Length)? Kind()
    {
        var read = new HashSet<string>(routine.Nodes()
            .OfType<MemberAccessExpressionSyntax>()
            .Where(access => access.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Parameters" } parameters
                && Annotation.IsStackLocation(model.GetTypeInfo(parameters.Expression, cancellationToken).Type))
            .Select(access => access.Name.Identifier.ValueText));
        (string, string)[] byUse = [.. s_lengths.Where(length => read.Contains(length.Block))];
        if (read.Count > 0)
            return byUse.Length == 1 && read.Count == 1 ? byUse[0] : null;

        string name = routine.Symbol.Name;
        (string, string)[] byName = [.. s_lengths.Where(length =>
            name.Contains(length.Block) || (length.Block == "DeviceIoControl" && (name.Contains("DeviceControl") || name.Contains("Ioctl"))))];
        return byName.Length == 1 ? byName[0] : null;
    }

    private static bool IsLength(ExpressionSyntax value, string block, string length) =>
        value is MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax parameters } inner } outer
        && outer.Name.Identifier.ValueText == length
        && inner.Name.Identifier.ValueText == block
        && parameters.Name.Identifier.ValueText == "Parameters";

    private bool IsStackOfRequest(ExpressionSyntax value) =>
        value is InvocationExpressionSyntax { ArgumentList.Arguments.Count: 1 } call
        && Annotation.IsStackLocation(model.GetTypeInfo(call, cancellationToken).Type)
        && SimplePath.AreSame(call.ArgumentList.Arguments[0].Expression, request)
        && model.GetSymbolInfo(call, cancellationToken).Symbol is { Name: "IoGetCurrentIrpStackLocation" };
}
