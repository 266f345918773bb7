namespace Benchmarks;

/// <summary>The floor for allocate and free: an object taken from a slot and put back.</summary>
internal sealed class SlotPool
{
    private sealed class Item
    {
        public ulong Value;
    }

    private Item? _slot = new();

    public ulong TakeAndPut(int times)
    {
        ulong sum = 0;
        for (int i = 0; i < times; i++)
        {
            Item item = Interlocked.Exchange(ref _slot, null)!;
            sum += ++item.Value;
            Interlocked.Exchange(ref _slot, item);
        }

        return sum;
    }
}
