namespace MdlRuntime.Verification;

/// <summary>Which calls a rule of a fault plan is about; null means any. No routine means those of drivers, not the I/O manager's own.</summary>
internal readonly record struct FaultFilter(string? Routine, string? Driver, uint? Tag)
{
    public bool Matches(string routine, string? driver, uint tag) =>
        (Routine is null ? !routine.StartsWith(IoManagerCalls.Prefix, StringComparison.Ordinal) : Routine == routine)
        && (Driver is null || string.Equals(Driver, driver, StringComparison.OrdinalIgnoreCase))
        && (Tag is null || Tag == tag);
}
