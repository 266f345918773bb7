namespace MdlRuntime;

/// <summary>Where the contents of pages wait that left their frames.</summary>
internal sealed class PageFile(FrameArena arena)
{
    private readonly List<Slot> _slots = [];
    private readonly Stack<int> _unused = new();

    /// <summary>Pages whose contents are kept here.</summary>
    public int UsedSlots => _slots.Count - _unused.Count;

    /// <summary>Keeps the contents of a frame; the number to find them by.</summary>
    public int Store(Pfn pfn)
    {
        if (!_unused.TryPop(out int number))
        {
            number = _slots.Count;
            _slots.Add(new());
        }

        Slot slot = _slots[number];
        arena.Frame(pfn).CopyTo(slot.Contents);
        (slot.LastFrame, slot.IsDamaged) = (pfn, false);
        return number;
    }

    /// <summary>The frame that the contents were in last.</summary>
    public Pfn LastFrame(int number) => _slots[number].LastFrame;

    public bool IsDamaged(int number) => _slots[number].IsDamaged;

    /// <summary>Makes the medium refuse to give the contents back.</summary>
    public void Damage(int number) => _slots[number].IsDamaged = true;

    public void Load(int number, Pfn pfn)
    {
        _slots[number].Contents.CopyTo(arena.Frame(pfn));
        Release(number);
    }

    public void Release(int number) => _unused.Push(number);

    private sealed class Slot
    {
        public byte[] Contents { get; } = new byte[PAGE_SIZE];

        public Pfn LastFrame { get; set; }

        public bool IsDamaged { get; set; }
    }
}
