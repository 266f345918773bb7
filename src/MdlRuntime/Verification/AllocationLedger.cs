namespace MdlRuntime.Verification;

/// <summary>What drivers have allocated and not freed, for resources that only an address stands for.</summary>
internal sealed class AllocationLedger
{
    private readonly Dictionary<nuint, Transition> _live = [];

    public void Add(nuint address, in Transition made) => _live[address] = made;

    public bool Contains(nuint address) => _live.ContainsKey(address);

    public void Remove(nuint address) => _live.Remove(address);

    public IEnumerable<Transition> Of(CodeOwner owner) => _live.Values.Where(made => made.Owner == owner);
}
