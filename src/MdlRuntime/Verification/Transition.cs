namespace MdlRuntime.Verification;

/// <summary>One thing that happened to an object.</summary>
internal struct Transition
{
    /// <summary>Position among all transitions of the machine.</summary>
    public long Order;
    public long Time;
    public string Routine;
    public EThread Thread;
    public CodeOwner? Owner;
    public ulong Value1, Value2, Value3;
    public Kirql Irql;

    /// <summary>What <see cref="CallSites.Capture"/> returned.</summary>
    public int Site;

    /// <summary>One line: when, where in the system, which routine with its numbers.</summary>
    public readonly string Describe(string? subject, CallSites sites)
    {
        int values = Value3 != 0 ? 3 : Value2 != 0 ? 2 : Value1 != 0 ? 1 : 0;
        string numbers = values switch
        {
            0 => "",
            1 => $" (0x{Value1:X})",
            2 => $" (0x{Value1:X}, 0x{Value2:X})",
            _ => $" (0x{Value1:X}, 0x{Value2:X}, 0x{Value3:X})",
        };
        string prefix = subject is null ? "" : $"{subject}: ";
        return $"{prefix}t={Time} {Irql} {Thread} {Routine}{numbers}{sites.Describe(Site)}";
    }
}
