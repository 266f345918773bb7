namespace MdlRuntime;

/// <summary>A page that entries of several address spaces show: it owns the frame, and knows where the contents are when there is none.</summary>
internal sealed class SharedPage(Pte home)
{
    /// <summary>Frame or page-file slot, as in the entry of a page that nobody shares.</summary>
    public Pte Home = home;

    /// <summary>Entries that show the page, in working sets or not.</summary>
    public int References { get; set; } = 1;

    /// <summary>Entries that show it now: the page stays in its frame while there are any.</summary>
    public int ResidentViews { get; set; } = home.Has(PteFlags.Resident) ? 1 : 0;
}
