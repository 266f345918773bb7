using System.Collections.Immutable;
using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Address;

/// <summary>MDL1001: a value from one MDL accessor is used where another quantity is needed.</summary>
/// <remarks>
/// Location: the accessor if it is a part of the statement that uses its value, else the used expression. Additional location: the accessor.
/// Properties <c>Actual</c> and <c>Expected</c>: names of the two quantities (members of <c>MdlValueKind</c>).
/// One report per accessor: what follows from it is not reported again.
/// </remarks>
internal sealed class OffsetUsedAsAddress : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL1001",
        title: "Value of one MDL accessor used as another quantity",
        messageFormat: "'{0}' is {1}, but '{2}' needs {3}",
        category: "Mdl.Address",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "The accessors of an MDL return different quantities of the same integer type: the offset of the buffer in its first page, its length, its virtual address, the address of its first page. Use MmGetMdlVirtualAddress for the address, MmGetMdlByteOffset for the offset and MmGetMdlByteCount for the length.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL1001.md");

    private readonly List<(ValueUse Use, Quantity Page)> _pages = [];
    private readonly HashSet<SyntaxNode> _completed = [];

    // "address = base; address + offset" arrives at the address in two steps.
    public override void OnCompute(in Computation computation, FlowReporter reporter)
    {
        CheckSum(computation, reporter);
        if (!computation.Result.Contains(TermKind.Offset))
            return;
        foreach (Summand summand in computation.Result.Summands)
        {
            if (summand is { Factor: 1, Term: { Kind: TermKind.Base, Node: { } origin } })
                _completed.Add(origin);
        }
    }

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use.Kind is UseKind.Discard or UseKind.Slice || (use.IsInlined && use.Expected == ValueKind.None))
            return;
        if (use.Kind == UseKind.CompoundAssignment)
            CheckStep(use, reporter);
        if (use.Kind == UseKind.CompoundAssignment || !Quantity.TryRecognize(use.Value, use.State, out Quantity quantity))
            return;
        // A callee is analyzed on its own; only what the analyzed body hands to it is told here.
        if (use.IsInlined && !reporter.Owns(quantity.Origin))
            return;
        ValueKind needed = Needed(use, quantity);
        if (needed == ValueKind.None)
            return;
        if (use.Kind == UseKind.Text)
            Tell(use, quantity, needed, reporter, DiagnosticSeverity.Info);
        else if (quantity.Kind == ValueKind.BaseVa)
            _pages.Add((use, quantity));
        else if (!reporter.IsExplained(quantity.Origin))
            Tell(use, quantity, needed, reporter, Descriptor.DefaultSeverity);
    }

    public override void OnEnd(FlowReporter reporter)
    {
        foreach ((ValueUse use, Quantity page) in _pages)
        {
            if (!_completed.Contains(page.Origin) && !reporter.IsExplained(page.Origin))
                Tell(use, page, ValueKind.MdlVirtualAddress, reporter, Descriptor.DefaultSeverity);
        }
    }

    private static void Tell(in ValueUse use, Quantity quantity, ValueKind needed, FlowReporter reporter, DiagnosticSeverity severity)
    {
        bool direct = reporter.Owns(quantity.Origin) && SourceText.StatementOf(use.Node) == SourceText.StatementOf(quantity.Origin);
        SyntaxNode node = direct ? quantity.Origin : use.Frame.Visible(use.Node);
        ImmutableDictionary<string, string?> properties = ImmutableDictionary<string, string?>.Empty
            .Add("Actual", quantity.Kind.ToString())
            .Add("Expected", needed.ToString());
        if (severity == Descriptor.DefaultSeverity)
            reporter.Explain(quantity.Origin);
        reporter.Report(Descriptor, node, quantity.Origin, properties, severity, SourceText.Of(quantity.Origin), quantity.Explain(), TargetOf(use), Quantity.Explain(needed));
    }

    private static string TargetOf(in ValueUse use) => use.Kind switch
    {
        UseKind.PointerConversion => use.Type?.ToDisplayString() ?? "pointer",
        UseKind.Comparison => "loop bound",
        UseKind.Text => (use.Name ?? "text").Trim(),
        _ => use.Name ?? use.Type?.ToDisplayString() ?? "value",
    };

    // The quantity that the place needs and the value is not; None if they agree or nothing can be said.
    private static ValueKind Needed(in ValueUse use, Quantity quantity)
    {
        Noun noun = NounOf(use);
        return quantity.Kind switch
        {
            ValueKind.ByteOffset when WantsAddress(use, noun) => ValueKind.MdlVirtualAddress,
            ValueKind.ByteOffset when WantsLength(use, noun, quantity) => ValueKind.ByteCount,
            ValueKind.ByteCount when WantsAddress(use, noun) && noun != Noun.Place => ValueKind.MdlVirtualAddress,
            ValueKind.ByteCount when IsPageOffset(use) && IsDirect(use, quantity) => ValueKind.ByteOffset,
            ValueKind.Length when WantsAddress(use, noun) && use.Expected != ValueKind.BufferAddress => ValueKind.MdlVirtualAddress,
            ValueKind.MdlVirtualAddress when WantsOffset(use, noun) => ValueKind.ByteOffset,
            ValueKind.MdlVirtualAddress when WantsLength(use, noun, quantity) => ValueKind.ByteCount,
            ValueKind.BaseVa when IsDirect(use, quantity) && IsNamedBufferAddress(use, noun) => ValueKind.MdlVirtualAddress,
            ValueKind.SystemAddress when use.Expected == ValueKind.MdlVirtualAddress && quantity.Mdl.Equals(use.Mdl) && !IsKept(quantity.Mdl) && use.State.SlotOf(quantity.Mdl, SlotKind.BuiltNonPaged) == 0 => ValueKind.MdlVirtualAddress,
            _ => ValueKind.None,
        };
    }

    // An MDL that a field keeps may have been built over non-paged memory elsewhere: then its two addresses are one.
    private static bool IsKept(ObjectId mdl) => mdl is { IsRequestMdl: false, Symbol: IFieldSymbol or IPropertySymbol };

    private static Noun NounOf(in ValueUse use) => use.Kind switch
    {
        UseKind.PointerConversion => Noun.Address,
        UseKind.Text => Nouns.HeadOf(BeforeNumber(use.Name)) == Noun.Address ? Noun.Address : Noun.Neutral,
        UseKind.Indexer => Nouns.HasWord(use.Name, "by") && Nouns.HeadOf(use.Name) == Noun.Address ? Noun.Address : Noun.Neutral,
        UseKind.ElementStore => !Nouns.HasWord(use.Name, "by") && Nouns.HeadOf(use.Name) == Noun.Address ? Noun.Address : Noun.Neutral,
        UseKind.Comparison or UseKind.ArraySize => Noun.Neutral,
        _ => Nouns.HeadOf(use.Name),
    };

    // "address 0x" is about the address.
    private static string? BeforeNumber(string? text)
    {
        text = text?.TrimEnd(' ', ':', '=', '(', '[', '\'', '#', '@');
        return text is not null && (text.EndsWith("0x", StringComparison.OrdinalIgnoreCase)) ? text.Substring(0, text.Length - 2).TrimEnd(' ', ':', '=', '(', '[', '\'') : text;
    }

    private static bool WantsAddress(in ValueUse use, Noun noun)
    {
        if (use.Expected != ValueKind.None)
            return IsAddress(use.Expected);
        return noun == Noun.Address || (noun == Noun.Place && IsAddressType(use.Type) && use.Kind is UseKind.Local or UseKind.Member or UseKind.Return or UseKind.Argument);
    }

    private static bool WantsOffset(in ValueUse use, Noun noun) =>
        use.Expected is ValueKind.ByteOffset or ValueKind.TransferOffset or ValueKind.DeviceOffset
        || (use.Expected == ValueKind.None && noun == Noun.Offset && use.Kind is UseKind.Local or UseKind.Member or UseKind.Return
            && !(IsAddressType(use.Type) && Nouns.HasWord(use.Name, "position", "pos")));

    private static bool WantsLength(in ValueUse use, Noun noun, Quantity quantity)
    {
        if (use.Expected != ValueKind.None)
            return use.Expected is ValueKind.ByteCount or ValueKind.TransferLength or ValueKind.Length or ValueKind.InputLength;
        if (!IsDirect(use, quantity))
            return false;
        if (use.Kind == UseKind.Comparison)
            return quantity.Kind == ValueKind.ByteOffset && IsLoopBound(use.Node);
        return noun == Noun.Length && (use.Kind is UseKind.Local or UseKind.Member or UseKind.Return || (use.Kind == UseKind.Argument && use.Method?.DeclaringSyntaxReferences.IsEmpty == false));
    }

    private static bool IsPageOffset(in ValueUse use) =>
        use.Expected == ValueKind.ByteOffset
        || (use.Expected == ValueKind.None && use.Kind is UseKind.Local or UseKind.Member or UseKind.Return && Nouns.HeadOf(use.Name) == Noun.Offset
            && Nouns.ConsistsOf(use.Name, "mdl", "byte", "page", "buffer", "buf", "offset", "off", "in", "of"));

    private static bool IsNamedBufferAddress(in ValueUse use, Noun noun) =>
        use.Expected == ValueKind.None && use.Kind is UseKind.Local or UseKind.Member or UseKind.Return && noun == Noun.Address
        && !Nouns.HasWord(use.Name, "base", "page", "start", "aligned", "first", "frame");

    // Moving to the next MDL by its offset: the position has to be that MDL's own address.
    private static void CheckStep(in ValueUse use, FlowReporter reporter)
    {
        if (Nouns.HeadOf(use.Name) is not (Noun.Address or Noun.Place) || !Quantity.TryRecognize(use.Value, use.State, out Quantity quantity) || quantity.Kind != ValueKind.ByteOffset)
            return;
        if (use.Other is Linear left && left.Find(TermKind.Base) is { Owner: { } mdl } && !mdl.Equals(quantity.Mdl) && left.Contains(TermKind.Offset))
            Tell(use, quantity, ValueKind.MdlVirtualAddress, reporter, Descriptor.DefaultSeverity);
    }

    // "va + offset of the next MDL", written out.
    private static void CheckSum(in Computation computation, FlowReporter reporter)
    {
        if (computation.Operation is not IBinaryOperation || computation.Frame.IsInlined || computation.Operands is not [Linear left, Linear right])
            return;
        if (left.Find(TermKind.Base) is null)
            (left, right) = (right, left);
        if (left.Find(TermKind.Base) is { Owner: { } mdl } && left.Contains(TermKind.Offset) && Quantity.TryRecognize(right, computation.State, out Quantity step)
            && step.Kind == ValueKind.ByteOffset && !mdl.Equals(step.Mdl) && TargetOfSum(computation.Node) is { } name && Nouns.HeadOf(name) is Noun.Address or Noun.Place)
        {
            Tell(new ValueUse(right, computation.Node, UseKind.CompoundAssignment, computation.State, computation.Frame) { Name = name }, step, ValueKind.MdlVirtualAddress, reporter, Descriptor.DefaultSeverity);
        }
    }

    private static string? TargetOfSum(SyntaxNode sum) => sum.Parent switch
    {
        AssignmentExpressionSyntax assignment when assignment.Right == sum => assignment.Left.DescendantTokens().Last().ValueText,
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => variable.Identifier.ValueText,
        _ => null,
    };

    private static bool IsDirect(in ValueUse use, Quantity quantity) => use.Node.Span.Contains(quantity.Origin.Span) && use.Node.SyntaxTree == quantity.Origin.SyntaxTree;

    private static bool IsAddress(ValueKind kind) =>
        kind is ValueKind.MdlVirtualAddress or ValueKind.BufferAddress or ValueKind.MemoryAddress or ValueKind.SystemAddress or ValueKind.UserAddress
            or ValueKind.PageAlignedAddress or ValueKind.PoolAddress or ValueKind.BaseVa or ValueKind.BufferedAddress or ValueKind.PhysicalAddress or ValueKind.LogicalAddress;

    private static bool IsAddressType(ITypeSymbol? type)
    {
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        return type is { TypeKind: TypeKind.Pointer } or { SpecialType: SpecialType.System_IntPtr or SpecialType.System_UIntPtr };
    }

    private static bool IsLoopBound(SyntaxNode node) =>
        node.Parent is BinaryExpressionSyntax comparison && comparison.Right == node
        && comparison.Parent is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax;
}
