using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow;
using MdlAnalyzers.Flow.Values;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MdlAnalyzers.Rules.Length;

/// <summary>MDL2005: a chain of MDLs is treated as if it were one: only its head is freed or unlocked, or the length of the whole bounds an access to its head.</summary>
/// <remarks>
/// Location: the length, or the call that frees. Additional location: where the chain comes from. A body that looks at <c>Next</c> knows about chains and is left alone, unless it
/// certainly loses all but the first MDL.
/// </remarks>
internal sealed class MdlChainIgnored : FlowRule
{
    public static readonly DiagnosticDescriptor Descriptor = new(
        id: "MDL2005",
        title: "Chain of MDLs treated as one MDL",
        messageFormat: "'{0}' may be a chain of MDLs, but {1}",
        category: "Mdl.Length",
        defaultSeverity: DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Buffers of network packets, of cached files and of requests with secondary buffers are chains of MDLs, each with a byte count of its own. Follow Next: bound each access by the byte count of its MDL, and unlock and free every MDL of the chain.",
        helpLinkUri: "https://github.com/mdl-analyzers/MdlAnalyzers/blob/main/src/docs/rules/MDL2005.md");

    private const int MaxHeader = 256;

    private static readonly string[] _partOfAChain = ["piece", "chunk", "fragment", "segment", "part", "partial", "first", "head", "step", "remaining", "left"];

    private readonly HashSet<(ObjectId Mdl, SyntaxNode Node, Fault Fault)> _faults = [];
    private readonly HashSet<(ObjectId Mdl, SyntaxNode Node, Linear Length)> _bounds = [];
    private readonly HashSet<(ObjectId Mdl, Term Length)> _compared = [];
    private readonly Dictionary<Term, Linear> _limits = [];
    private readonly HashSet<ObjectId> _known = [];
    private readonly HashSet<ObjectId> _linked = [];
    private readonly HashSet<(ObjectId Request, SyntaxNode? Site)> _primary = [];
    private readonly HashSet<ObjectId> _secondary = [];
    private readonly HashSet<ObjectId> _freed = [];
    private readonly Dictionary<ObjectId, HashSet<(IMethodSymbol Method, SyntaxNode Node)>> _handedOn = [];
    private Body? _body;

    public override void OnBody(Body body) => _body = body;

    public override void OnUse(in ValueUse use, FlowReporter reporter)
    {
        if (use is { Kind: UseKind.Comparison, Value: Linear left, Other: Linear right })
        {
            Compare(left, right);
            Compare(right, left);
            if (left.IsSingle(out Term index) && IsForeignLength(right))
                _limits[index] = right;
        }

        // A chain that is kept or returned is somebody else's to follow.
        if (use is { Kind: UseKind.Member, Name: "Next", Receiver: { } head, Value: ObjectValue } && IsMdl(use.Type))
            _linked.Add(head);
        else if (use is { Kind: UseKind.Member or UseKind.Return or UseKind.ElementStore, Frame.IsInlined: false, Value: ObjectValue kept })
            _known.Add(kept.Id);
    }

    public override void OnCall(CallEvent call, FlowReporter reporter)
    {
        if (_body is not { Contracts: var contracts })
            return;
        NoteAllocation(call, contracts);
        SyntaxNode node = call.Frame.Visible(call.Node);
        foreach (CallArgument argument in call.Arguments)
        {
            if (argument.Object is { } mdl && IsMdl(argument.Parameter?.Type))
                OnMdl(call, argument, mdl, node, contracts);
            if (argument.Value is not Linear address || address.Find(TermKind.SystemBase) is not { Owner: { } mapped })
                continue;
            if (BoundOf(call) is { } bound)
                _bounds.Add((mapped, call.Frame.IsInlined ? node : bound.Node, (Linear)bound.Value));
            else if (BufferAccess.LengthOf(call) is var (length, size) && IsWholePacket(length, mapped, call.State))
                _bounds.Add((mapped, call.Frame.IsInlined ? node : size.Node, length));
            else if (!call.Arguments.Any(IsLength) && address.Summands.FirstOrDefault(s => _limits.ContainsKey(s.Term)) is { Term: { } index })
                _bounds.Add((mapped, call.Frame.IsInlined ? node : argument.Node, Linear.Of(index)));
        }
    }

    public override void OnEnd(FlowReporter reporter)
    {
        bool hasChain = _faults.Any(f => IsChain(f.Mdl)) || _bounds.Any(b => IsChain(b.Mdl));
        if (!hasChain)
            return;
        var walk = new ChainWalk(_body!);
        foreach ((ObjectId mdl, SyntaxNode node, Fault fault) in _faults)
        {
            if (walk.LooksAtNext && !(fault == Fault.Frees && _freed.Count == 1 && walk.LosesRest(node)))
                continue;
            bool isFollowedByFree = fault == Fault.Unlocks && _freed.Contains(mdl);
            bool isFreedPieceByPiece = _freed.Count > 1 && !IsCalledChain(mdl);
            if (!isFollowedByFree && !isFreedPieceByPiece && IsChain(mdl) && !IsHandedOn(mdl))
                Report(reporter, mdl, node, fault == Fault.Frees ? "only its first MDL is freed" : "only the pages of its first MDL are unlocked");
        }

        if (walk.LooksAtNext)
            return;
        foreach ((ObjectId mdl, SyntaxNode node, Linear length) in _bounds)
        {
            // What a helper does with its argument is told at the argument.
            bool isTold = _bounds.Any(b => b.Mdl.Equals(mdl) && b.Node != node && node.Span.Contains(b.Node.Span));
            isTold |= length.IsConstant && reporter.IsTold(node);
            if (!isTold && IsChain(mdl) && !IsHandedOn(mdl, before: node) && !length.Summands.Any(s => _compared.Contains((mdl, s.Term))))
                Report(reporter, mdl, node, $"'{SourceText.Of(node)}' is not bounded by the byte count of its first MDL");
        }
    }

    // Code that gets the chain may look after the rest of it, but what it does later does not bound an access.
    private bool IsHandedOn(ObjectId mdl, SyntaxNode? before = null) =>
        _handedOn.TryGetValue(mdl, out var handed) && handed.Any(h => (before is null || IsBefore(h.Node, before)) && MayFollow(h.Method));

    // In the text, and on a way that goes on to the other place.
    private static bool IsBefore(SyntaxNode node, SyntaxNode other) =>
        node.SpanStart < other.SpanStart
        && !node.Ancestors().TakeWhile(n => !n.Span.Contains(other.Span)).Any(static n => IsJump(n) || (n is BlockSyntax { Statements: [.., var last] } && IsJump(last)));

    private static bool IsJump(SyntaxNode node) =>
        node is ReturnStatementSyntax or ThrowStatementSyntax or BreakStatementSyntax or ContinueStatementSyntax or GotoStatementSyntax;

    private void Report(FlowReporter reporter, ObjectId mdl, SyntaxNode node, string fault)
    {
        SyntaxNode? cause = mdl.Node is { } origin && reporter.Owns(origin) && !node.Span.Contains(origin.Span) ? origin : null;
        reporter.Report(Descriptor, node, cause, null, SourceText.Of(mdl), fault);
    }

    private void OnMdl(CallEvent call, CallArgument argument, ObjectId mdl, SyntaxNode node, ContractReader contracts)
    {
        switch (argument.Contract.Effect)
        {
            case Effect.FreesMdl:
                _freed.Add(mdl);
                AddFault(Fault.Frees);
                break;
            case Effect.Unlocks:
                AddFault(Fault.Unlocks);
                break;
            case Effect.PartialSource when BoundOf(call) is { } bound:
                _bounds.Add((mdl, call.Frame.IsInlined ? node : bound.Node, (Linear)bound.Value));
                break;
            case Effect.PartialSource when BufferAccess.LengthOf(call) is var (length, size) && IsWholePacket(length, mdl, call.State):
                _bounds.Add((mdl, call.Frame.IsInlined ? node : size.Node, length));
                break;
            case Effect.None when !contracts.Method(call.Method).IsAnnotated:
                if (!_handedOn.TryGetValue(mdl, out var handed))
                    _handedOn.Add(mdl, handed = []);
                handed.Add((call.Method, node));
                break;
        }

        void AddFault(Fault fault)
        {
            // A routine that says itself that it has a chain is told on its own.
            bool isToldInside = call.Frame.IsInlined && call.Frame.Owner is IMethodSymbol callee
                && (MayFollow(callee) || callee.Parameters.Any(static p => IsNamedChain(p.Name)) || argument.Operation.DescendantsAndSelf().Any(static o => o is IMemberReferenceOperation { Member.Name: var name } && IsNamedChain(name)));
            if (!isToldInside)
                _faults.Add((mdl, node, fault));
        }
    }

    // What the code calls a chain, what it has linked, and the MDL of a request that has got a second one.
    private bool IsChain(ObjectId mdl) =>
        !_known.Contains(mdl)
        && (IsCalledChain(mdl)
            || _linked.Contains(mdl)
            || (mdl.IsRequestMdl && mdl.Owner is { } request && _secondary.Contains(request))
            || _primary.Any(p => mdl.Kind == ObjectOrigin.Site && mdl.Node == p.Site && _secondary.Contains(p.Request)));

    private static bool IsCalledChain(ObjectId mdl) =>
        !mdl.IsRequestMdl
        && (mdl.Symbol is { } symbol ? IsNamedChain(symbol.Name) || IsPacket(symbol.ContainingType)
            : mdl is { Kind: ObjectOrigin.Site, Node: InvocationExpressionSyntax call } && IsNamedChain(call.Expression is MemberAccessExpressionSyntax member ? member.Name.ToString() : call.Expression.ToString()));

    private bool IsMdl(ITypeSymbol? type) => _body?.Contracts.EntityOf(type) == Entity.Mdl;

    private static bool IsNamedChain(string name) => Nouns.HasWord(name, "chain", "chained");

    private static bool IsPacket(ITypeSymbol? type) =>
        type?.Name.Replace("_", "") is { } name && (name.Equals("NetBuffer", StringComparison.OrdinalIgnoreCase) || name.StartsWith("WskBuf", StringComparison.OrdinalIgnoreCase));

    // A request that gets a second MDL has a chain from then on.
    private void NoteAllocation(CallEvent call, ContractReader contracts)
    {
        if (contracts.Method(call.Method).Return.Effect != Effect.AllocatesMdl || call["irp"]?.Object is not { } request)
            return;
        if (call["secondaryBuffer"]?.Value is BoolValue { Condition.IsTrue: true })
            _secondary.Add(request);
        else
            _primary.Add((request, call.Node));
    }

    private void Compare(Linear side, Linear other)
    {
        if (side.Find(TermKind.Length) is not { Owner: { } mdl })
            return;
        foreach (Summand summand in other.Summands)
            _compared.Add((mdl, summand.Term));
    }

    // The length of an access, if it is the length of something else than an MDL.
    private static CallArgument? BoundOf(CallEvent call) =>
        call.Arguments.FirstOrDefault(static a => IsLength(a) && a.Value is Linear { IsConstant: false } length && IsForeignLength(length));

    private static bool IsLength(CallArgument argument) =>
        argument.Contract.Kind is ValueKind.Length or ValueKind.TransferLength || (argument.Parameter is { } parameter && Nouns.HeadOf(parameter.Name) == Noun.Length);

    // A fixed number of bytes that no header has, of an MDL that was not found to be that long.
    private static bool IsWholePacket(Linear length, ObjectId mdl, FlowState state) =>
        length is { IsConstant: true, Constant: > MaxHeader } && new OwnLength(mdl, state).CanBeBelow(length.Constant);

    private static bool IsForeignLength(Linear length)
    {
        bool isLength = false;
        foreach (Term term in Terms(length))
        {
            if (term.Kind == TermKind.Length || (term.Key is ISymbol part && Nouns.HasWord(part.Name, _partOfAChain)))
                return false;
            isLength |= term.Kind == TermKind.RequestLength || (term.Key is ISymbol symbol && Nouns.HeadOf(symbol.Name) == Noun.Length);
        }

        return isLength;
    }

    private static IEnumerable<Term> Terms(Linear? number) =>
        number is null ? [] : number.Summands.SelectMany(static s => Terms(s.Term.Left).Concat(Terms(s.Term.Right)).Prepend(s.Term));

    // Whether code that gets the MDL may look at the ones behind it.
    private static bool MayFollow(IMethodSymbol method) =>
        !Nouns.IsLogging(method.Name)
        && (method.IsExtern || method.IsVirtual || method.IsOverride || method.IsAbstract || method.IsAsync || method.DeclaringSyntaxReferences is not [var reference]
            || reference.GetSyntax().DescendantNodes().Any(static n => n is IdentifierNameSyntax { Identifier.ValueText: "Next" } or YieldStatementSyntax or LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax));

    private enum Fault
    {
        Frees,
        Unlocks,
    }
}
