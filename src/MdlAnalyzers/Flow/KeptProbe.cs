using MdlAnalyzers.Contracts;
using MdlAnalyzers.Flow.Values;
using MdlAnalyzers.Rules.Address;
using MdlAnalyzers.Rules.Length;
using Microsoft.CodeAnalysis;

namespace MdlAnalyzers.Flow;

/// <summary>Looks at what a member holds at the ends of the methods that write it.</summary>
internal sealed class KeptProbe(ISymbol member, bool isTested) : FlowRule
{
    private readonly HashSet<object> _contents = [];
    private ISymbol? _mdl;
    private GoverningLength? _length;
    private bool _linkDiffers;
    private bool _isAligned = true;
    private bool _mayLack;
    private bool _sawRequest;
    private bool _sawBareRequest;

    /// <summary>Whether the method that was followed last was seen to write the member.</summary>
    public bool SawWrite { get; private set; }

    public KeptMember Result => _contents.Count > 1 || _contents.Contains(UnknownValue.Instance) ? KeptMember.Unknown : new KeptMember
    {
        Quantity = _contents.OfType<ValueKind>().FirstOrDefault(),
        Mdl = _linkDiffers ? null : _mdl,
        IsAligned = _isAligned,
        RequestLength = _length,
        MayLackMdl = _mayLack && !isTested,
        HoldsGuardedRequests = _sawRequest && !_sawBareRequest,
    };

    public void Begin() => SawWrite = false;

    public override void OnExit(FlowState state, Frame frame)
    {
        foreach (KeyValuePair<Place, Value> pair in state.Values)
        {
            if (pair.Key.Key is ISymbol written && SymbolEqualityComparer.Default.Equals(written.OriginalDefinition, member))
            {
                SawWrite = true;
                Note(pair.Key.Owner, pair.Value, state, frame);
            }
        }
    }

    private void Note(ObjectId? owner, Value value, FlowState state, Frame frame)
    {
        switch (value)
        {
            case NullValue or Linear { IsConstant: true }:
                break;
            case Linear number when number.IsSingle(out Term length) && length is { Kind: TermKind.RequestLength, Key: GoverningLength governing }:
                _contents.Add(TermKind.RequestLength);
                _length = new GoverningLength(governing.Transfer, isLinked: false);
                break;
            case Linear number when Quantity.TryRecognize(number, state, out Quantity quantity):
                _contents.Add(quantity.Kind);
                _isAligned &= PageMath.IsAligned(state, quantity.Mdl);
                Link(MemberWith(owner, quantity.Mdl, state));
                break;
            case ObjectValue { Id: { IsRequestMdl: true } mdl }:
                _mayLack |= state.NullnessOf(mdl) == Nullness.Unknown && !UnguardedMdlAddress.IsGuarded(state, mdl, frame.DirectTransfer) && !frame.TrustsRequests.Value;
                break;
            case ObjectValue { Id: var request }:
                _sawRequest = true;
                _sawBareRequest |= !UnguardedMdlAddress.IsRequestGuarded(state, request, frame);
                break;
            default:
                _contents.Add(UnknownValue.Instance);
                break;
        }
    }

    private void Link(ISymbol? mdl)
    {
        _linkDiffers |= mdl is null || (_mdl is not null && !SymbolEqualityComparer.Default.Equals(_mdl, mdl));
        _mdl ??= mdl;
    }

    private static ISymbol? MemberWith(ObjectId? owner, ObjectId mdl, FlowState state) => state.Values
        .Where(p => Equals(p.Key.Owner, owner) && p.Key.Key is IFieldSymbol or IPropertySymbol or IParameterSymbol && p.Value is ObjectValue kept && kept.Id.Equals(mdl))
        .Select(static p => (ISymbol)p.Key.Key)
        .OrderBy(static m => m.Name, StringComparer.Ordinal)
        .FirstOrDefault();
}
