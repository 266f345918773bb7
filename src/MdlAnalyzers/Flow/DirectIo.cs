using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MdlAnalyzers.Flow;

/// <summary>Whether a driver asks for direct I/O at all.</summary>
internal static class DirectIo
{
    private const string Flag = "DO_DIRECT_IO";
    private const string Creation = "IoCreateDevice";

    /// <summary>Whether all devices of a driver are created in sight, and none of them gets the flag for direct I/O.</summary>
    public static bool IsNeverAskedFor(Compilation compilation, CancellationToken cancellationToken)
    {
        bool creates = false;
        foreach (SyntaxTree tree in compilation.SyntaxTrees)
        {
            string text = tree.GetText(cancellationToken).ToString();
            if (text.IndexOf(Flag, StringComparison.Ordinal) >= 0 || (text.IndexOf(".Flags", StringComparison.Ordinal) >= 0 && TakesFlagsOver(tree, cancellationToken)))
                return false;
            creates |= text.IndexOf(Creation, StringComparison.Ordinal) >= 0 && CreatesDevice(tree, cancellationToken);
        }

        return creates;
    }

    private static bool CreatesDevice(SyntaxTree tree, CancellationToken cancellationToken) =>
        tree.GetRoot(cancellationToken).DescendantNodes().Any(static n => n is InvocationExpressionSyntax call && WriteIndex.NameOf(call.Expression) == Creation);

    // "device.Flags |= lower.Flags": what these are is not known here.
    private static bool TakesFlagsOver(SyntaxTree tree, CancellationToken cancellationToken) =>
        WriteIndex.Of(tree, cancellationToken).TargetsOf("Flags").Any(static target => target.Parent is not AssignmentExpressionSyntax assignment
            || !assignment.Right.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().All(static n => n.Identifier.ValueText.StartsWith("DO_", StringComparison.Ordinal) || n.Identifier.ValueText == "DeviceFlags"));
}
