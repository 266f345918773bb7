namespace MdlRuntime;

/// <summary>A process object: one user address space and what is charged to it. WDK: EPROCESS.</summary>
public sealed class EProcess
{
    internal EProcess(string name, nuint address, UserSpace? space)
    {
        Name = name;
        Address = address;
        Space = space;
    }

    /// <summary>System address of the object: what stops print as their process parameter.</summary>
    public nuint Address { get; }

    internal string Name { get; }

    /// <summary>The user half; the system process has none.</summary>
    internal UserSpace? Space { get; }

    /// <summary>Pages locked by MDLs on behalf of this process, one per MDL and page.</summary>
    internal int LockedPages { get; set; }

    /// <summary>How many pages MDLs may lock on behalf of this process.</summary>
    internal int LockedPagesLimit { get; set; } = int.MaxValue;

    /// <summary>Threads of an exiting process end as soon as they make a call.</summary>
    internal bool IsExiting { get; set; }

    /// <summary>Whether an MDL may hold its address.</summary>
    internal bool IsRemembered { get; set; }

    internal bool HasExited { get; set; }

    /// <summary>Returns the process name.</summary>
    public override string ToString() => Name;
}
