using MdlRuntime.Simulation;

namespace MdlRuntime.Tests.Model;

/// <summary>A page's contents and who keeps it, whatever frame it is in.</summary>
internal sealed class PageModel
{
    public const int WordCount = 512;

    public ulong[] Words { get; } = new ulong[WordCount];

    /// <summary>Locks by MDLs, lost ones included.</summary>
    public int Locks { get; set; }

    /// <summary>Address ranges that keep it: user memory of one or several processes, or pool.</summary>
    public int Owners { get; set; } = 1;

    /// <summary>Counts how often the page may have moved to another frame.</summary>
    public int Moves { get; set; }

    /// <summary>Where a change would show first.</summary>
    public int LastWord { get; set; }

    public bool IsAlive => Owners > 0 || Locks > 0;

    public PageModel Copy()
    {
        var copy = new PageModel { LastWord = LastWord };
        Words.CopyTo(copy.Words, 0);
        return copy;
    }
}

/// <summary>One address range through which pages are seen.</summary>
internal sealed class AliasModel(ProcessModel? process, nuint address, IReadOnlyList<PageModel> pages)
{
    private readonly PageModel[] _pages = [.. pages];
    private readonly int[] _moves = [.. pages.Select(page => page.Moves)];
    private readonly bool[] _isDead = new bool[pages.Count];
    private readonly bool[] _isCopied = new bool[pages.Count];

    /// <summary>The process that sees it; null for system addresses.</summary>
    public ProcessModel? Process => process;

    /// <summary>Page-aligned address of the first page.</summary>
    public nuint Address => address;

    public IReadOnlyList<PageModel> Pages => _pages;

    public bool IsWritable { get; set; } = true;

    /// <summary>False while the whole range may not even be read.</summary>
    public bool IsAccessible { get; set; } = true;

    /// <summary>Protection per page of user memory; null elsewhere.</summary>
    public PageProtection[]? Protections { get; init; }

    /// <summary>Whether this is another process's memory, shown here too.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether a write here makes a copy of its own of the page.</summary>
    public bool IsCopyOnWrite { get; init; }

    /// <summary>The page that a write through this alias changes.</summary>
    public PageModel ForWriting(int index)
    {
        if (IsCopyOnWrite && !_isCopied[index])
        {
            _pages[index].Owners--;
            _pages[index] = _pages[index].Copy();
            _isCopied[index] = true;
        }

        return _pages[index];
    }

    /// <summary>Whether the page is there for sure: views and mappings of pages that nobody keeps any more show anything.</summary>
    public bool Shows(int index)
    {
        PageModel page = _pages[index];
        _isDead[index] |= !page.IsAlive || Protections is null && page.Moves != _moves[index];
        return IsAccessible && !_isDead[index] && (Protections is null || Protections[index] != PageProtection.PAGE_NOACCESS);
    }
}

internal sealed class ProcessModel(UserProcess real)
{
    public UserProcess Real => real;

    public List<AliasModel> Regions { get; } = [];

    public List<ViewModel> Views { get; } = [];

    public int LockedPages { get; set; }
}

/// <summary>An MDL's view in a process.</summary>
internal sealed record ViewModel(MdlModel Mdl, AliasModel Alias);

/// <summary>System addresses that a driver keeps for mapping MDLs.</summary>
internal sealed record ReservationModel(nuint Address, int Pages, uint Tag)
{
    public MdlModel? Mapped { get; set; }
}

/// <summary>What an MDL must look like from outside.</summary>
internal sealed class MdlModel(Mdl real, nuint address, uint length)
{
    public Mdl Real => real;

    public nuint Address { get; set; } = address;

    public uint Length { get; set; } = length;

    public MdlFlags Flags { get; set; }

    public MdlModel? Next { get; set; }

    /// <summary>Pages that fit, from the length it was allocated for.</summary>
    public int Capacity { get; } = Span(address, length);

    /// <summary>What the array names; null while that is undefined.</summary>
    public IReadOnlyList<PageModel>? Pages { get; set; }

    /// <summary>Who is charged while pages are locked.</summary>
    public ProcessModel? Process { get; set; }

    /// <summary>The system mapping that belongs to this MDL.</summary>
    public AliasModel? Mapping { get; set; }

    /// <summary>System address of the first byte while the flags say that there is one.</summary>
    public nuint SystemAddress { get; set; }

    /// <summary>The pool block under the buffer, freed with the MDL; 0 for none.</summary>
    public nuint Pool { get; init; }

    public AliasModel? PoolAlias { get; init; }

    /// <summary>Whether the memory manager picked the pages for this MDL.</summary>
    public bool IsAllocation { get; init; }

    /// <summary>PTEs of passed pages that go back together with the mapping.</summary>
    public int Parked { get; set; }

    /// <summary>Where it is mapped, if at reserved addresses.</summary>
    public ReservationModel? Reservation { get; set; }

    /// <summary>The source of a partial MDL.</summary>
    public MdlModel? Source { get; set; }

    /// <summary>Partial MDLs that must be gone before this one gives up its lock or mapping.</summary>
    public int Dependents { get; set; }

    public bool Has(MdlFlags flags) => (Flags & flags) != 0;

    public static int Span(nuint address, uint length) => (int)(((ulong)(address & 0xFFF) + length + 0xFFF) >> 12);
}
