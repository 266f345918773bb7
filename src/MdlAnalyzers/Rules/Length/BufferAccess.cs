using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>A call that reads, writes or transfers a range of the buffer of an MDL.</summary>
internal sealed class BufferAccess
{
    private static readonly string[] _byteCounts = ["byteCount", "byteLength", "sourceBytesToCopy", "length", "count"];

    private BufferAccess(ObjectId mdl, Term address, Linear position, Linear end, SyntaxNode start, SyntaxNode length)
    {
        Mdl = mdl;
        Address = address;
        Position = position;
        End = end;
        Start = start;
        Length = length;
    }

    public ObjectId Mdl { get; }

    /// <summary>The term that makes the start an address of the MDL.</summary>
    public Term Address { get; }

    /// <summary>Bytes from the first byte of the buffer to the start of the range.</summary>
    public Linear Position { get; }

    /// <summary>Bytes from the first byte of the buffer to the end of the range.</summary>
    public Linear End { get; }

    public SyntaxNode Start { get; }

    public SyntaxNode Length { get; }

    public static BufferAccess? Of(CallEvent call, CallArgument start)
    {
        if (start.Value is not Linear address || start.Parameter is null || PositionOf(address) is not var (term, position) || LengthOf(call) is not var (length, argument) || argument == start)
            return null;
        // What counts from the page is told by MDL1003.
        bool isMatch = term.Kind == TermKind.Base
            ? address.Contains(TermKind.Offset) && start.Contract.Kind == ValueKind.MdlVirtualAddress && argument.Contract.Kind == ValueKind.TransferLength && call.WithEffect(Effect.PartialTarget) is null
            : start.Contract.Kind is ValueKind.MemoryAddress or ValueKind.None;
        return isMatch && position.Add(length) is { } end ? new(term.Owner!, term, position, end, start.Node, argument.Node) : null;
    }

    /// <summary>Bytes from the start of the buffer to an address in it.</summary>
    public static (Term Address, Linear Position)? PositionOf(Linear address)
    {
        Term? term = address.Find(TermKind.SystemBase) ?? address.Find(TermKind.Base);
        return term is { Owner: { } mdl } && address.FactorOf(term) == 1 ? (term, Behind(address, term, mdl)) : null;
    }

    private static Linear Behind(Linear address, Term start, ObjectId mdl) =>
        address.Select(s => !(s.Factor == 1 && (s.Term.Equals(start) || (s.Term.Kind == TermKind.Offset && mdl.Equals(s.Term.Owner)))));

    /// <summary>How many bytes a call works on, and the argument that says so.</summary>
    public static (Linear Length, CallArgument Argument)? LengthOf(CallEvent call)
    {
        foreach (CallArgument argument in call.Arguments)
        {
            Linear? length = argument.Contract.Kind is ValueKind.Length or ValueKind.TransferLength || IsByteCount(call.Method, argument.Parameter) ? argument.Value as Linear
                : argument.Parameter?.Type is { Name: "Span" or "ReadOnlySpan" } ? Size(argument, call.State)
                : null;
            if (length is not null)
                return (length, argument);
        }

        return null;
    }

    private static Linear? Size(CallArgument argument, FlowState state) =>
        argument.Value is SpanValue span ? span.Length
        : argument.Value is ObjectValue array && state.Get(new Place(array.Id, UseKind.ArraySize)) is Linear size ? size
        : SliceOf(argument.Operation);

    // "bytes.AsSpan(0, 1514)", "bytes[..1514]": a part whose length is written down, of something whose length is not known.
    private static Linear? SliceOf(IOperation operation)
    {
        while (operation is IConversionOperation conversion)
            operation = conversion.Operand;
        return operation switch
        {
            IInvocationOperation { TargetMethod: { Name: "Slice" or "AsSpan", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } call
                when call.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "length")?.Value.ConstantValue is { HasValue: true, Value: int length } => Linear.Of(length),
            IImplicitIndexerReferenceOperation { Argument: IRangeOperation range }
                when Bound(range.LeftOperand) is { } start && range.RightOperand is not null && Bound(range.RightOperand) is { } end => Linear.Of(end - start),
            _ => null,
        };
    }

    private static int? Bound(IOperation? bound) =>
        bound is null ? 0 : bound is IConversionOperation { Operand.ConstantValue: { HasValue: true, Value: int value } } ? value : null;

    // What a method without a visible body calls a length, and the counts of bytes of the framework's copying methods.
    private static bool IsByteCount(IMethodSymbol method, IParameterSymbol? parameter)
    {
        if (parameter is null || parameter.Type.SpecialType is < SpecialType.System_SByte or > SpecialType.System_UInt64 and not (SpecialType.System_IntPtr or SpecialType.System_UIntPtr))
            return false;
        if (method.ContainingType is { Name: "Buffer" or "Unsafe" or "NativeMemory" or "Marshal" or "Span" or "ReadOnlySpan" } && method.ContainingNamespace.ToDisplayString().StartsWith("System", StringComparison.Ordinal))
            return _byteCounts.Contains(parameter.Name, StringComparer.Ordinal);
        return (method.IsAbstract || method.IsExtern) && Nouns.HeadOf(parameter.Name) == Noun.Length && !Nouns.IsLogging(method.Name);
    }
}
