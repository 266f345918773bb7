namespace MdlRuntime;

/// <summary>System PTEs that an MDL is mapped with, and what the MDL looked like then.</summary>
/// <param name="Base">Page-aligned address of the first mapped page.</param>
/// <param name="Pages">Mapped pages; 0 when there is no mapping.</param>
/// <param name="GuardPages">Reserved pages without memory on each side.</param>
/// <param name="FirstPfn">Frame number of the first page.</param>
/// <param name="StartVa">StartVa of the MDL.</param>
/// <param name="ParkedPages">Pages before <paramref name="Base"/> that MmAdvanceMdl passed: reserved until the mapping is released (MDL-307).</param>
internal readonly record struct SystemMapping(nuint Base, int Pages, int GuardPages, nuint FirstPfn, nuint StartVa, int ParkedPages = 0)
{
    public bool Exists => Pages + ParkedPages != 0;

    /// <summary>First reserved address, guard pages included.</summary>
    public nuint ReservedBase => Base - ((nuint)(GuardPages + ParkedPages) << PAGE_SHIFT);

    public int ReservedPages => Pages + ParkedPages + 2 * GuardPages;
}
